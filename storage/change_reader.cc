#include "storage/keys.h"
#include "storage/state.h"
#include "storage/store.h"

#include <utility>

namespace newsfold::storage {
namespace {

Error expired(Sequence asked, Sequence oldest) {
  return {ErrorCode::expired, "event " + std::to_string(number(asked) + 1) +
                                  " is no longer kept; the oldest one is " + std::to_string(number(oldest))};
}

}  // namespace

struct ReaderState {
  StoreState const& store;
  std::unique_ptr<rocksdb::Iterator> rows;
  Sequence next{};  // expected
  Sequence last{};  // to read
  ChangeView view;
  std::string_view row;
  bool ahead = false;  // `rows` stands at a later number than was asked for
  std::optional<Sequence> lost;

  Error pass_over(std::string const& why) {
    lost = next;
    next = Sequence{number(next) + 1};
    return store.noted(
        {ErrorCode::corrupt, "event " + std::to_string(number(*lost)) + " cannot be read: " + why});
  }
};

ChangeReader::ChangeReader(std::unique_ptr<ReaderState> state) noexcept : state_(std::move(state)) {}
ChangeReader::ChangeReader(ChangeReader&&) noexcept = default;
ChangeReader& ChangeReader::operator=(ChangeReader&&) noexcept = default;
ChangeReader::~ChangeReader() = default;

std::string_view ChangeReader::row() const noexcept { return state_->row; }
std::optional<Sequence> ChangeReader::lost() const noexcept { return state_->lost; }

Result<ChangeView const*> ChangeReader::next() {
  auto& state = *state_;
  state.row = {};
  state.lost.reset();
  if (state.next > state.last) return nullptr;
  auto& rows = *state.rows;
  if (rows.Valid() && !state.ahead) rows.Next();
  if (!rows.Valid()) {
    // At the beginning, or after an error of the disk.
    auto const key = ChangeKey{state.next}.encode();
    rows.Seek(slice(view_of(key)));
  }
  state.ahead = false;
  if (!rows.Valid() && !rows.status().ok())
    return state.store.noted(error_of(rows.status(), "read the change log"));
  auto const wanted = state.next;
  if (rows.Valid()) {
    auto const key = ChangeKey::decode(view_of(rows.key()));
    if (!key) return state.store.noted(key.error());
    state.ahead = key->sequence != wanted;
  }
  if (!rows.Valid() || state.ahead) {
    // The log is dense: what is missing left it while it was read, or the disk lost it.
    Sequence const oldest{state.store.oldest_sequence.load(std::memory_order_acquire)};
    if (wanted < oldest) return expired(Sequence{number(wanted) - 1}, oldest);
    return state.pass_over("it is missing");
  }
  auto view = ChangeView::decode(view_of(rows.value()));
  if (view && view->sequence != wanted)
    view = Error{ErrorCode::corrupt, "a row of the change log is another's"};
  if (!view) return state.pass_over(view.error().message);
  state.next = Sequence{number(wanted) + 1};
  state.view = *view;
  state.row = view_of(rows.value());
  return &state.view;
}

Result<ChangeReader> Store::changes(Sequence after) const {
  auto const last = last_sequence();
  auto const oldest = oldest_sequence();
  if (after > last)
    return Error{ErrorCode::invalid, "event " + std::to_string(number(after)) +
                                         " is yet to come; the last one is " + std::to_string(number(last))};
  if (number(after) + 1 < number(oldest)) return expired(after, oldest);
  rocksdb::ReadOptions options;
  options.adaptive_readahead = true;
  options.fill_cache = false;  // a run over the log must not push out what everybody needs
  std::unique_ptr<rocksdb::Iterator> rows(
      state_->database->db().NewIterator(options, state_->database->handle(Family::changes)));
  return ChangeReader(std::make_unique<ReaderState>(
      ReaderState{*state_, std::move(rows), Sequence{number(after) + 1}, last, {}, {}, false, {}}));
}

}  // namespace newsfold::storage
