#include "daemon/webhook/webhook_set.h"

#include <algorithm>
#include <utility>

namespace newsfold::webhook {

namespace asio = boost::asio;

namespace {

bool same_keys(std::vector<SigningKey> const& a, std::vector<SigningKey> const& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](SigningKey const& x, SigningKey const& y) { return x.bytes() == y.bytes(); });
}

bool same(WebhookSpec const& a, WebhookSpec const& b) {
  return a.name == b.name && a.url == b.url && a.secret_file == b.secret_file && same_keys(a.keys, b.keys) &&
         a.filter.key() == b.filter.key() && a.batch_max == b.batch_max && a.batch_wait == b.batch_wait &&
         a.timeout == b.timeout && a.allow_private == b.allow_private;
}

asio::awaitable<void> keep_running(std::shared_ptr<Webhook> webhook) { co_await webhook->run(); }

}  // namespace

WebhookSet::WebhookSet(WebhookParts const& parts, MakeClient make_client, std::uint64_t seed)
    : parts_(parts), make_client_(std::move(make_client)), seed_(seed) {}

Result<fetch::Client*> WebhookSet::client(bool allow_private) {
  auto& kept = allow_private ? private_client_ : public_client_;
  if (!kept) {
    auto made = make_client_(allow_private);
    if (!made) return made.error();
    kept = std::move(*made);
  }
  return kept.get();
}

asio::awaitable<Result<WebhookSet::Difference>> WebhookSet::set(std::vector<WebhookSpec> specs) {
  for (auto const& spec : specs)
    if (auto const made = client(spec.allow_private); !made) co_return made.error();
  Difference difference;
  std::map<std::string, WebhookSpec> wanted;
  for (auto& spec : specs) {
    auto name = spec.name;
    wanted.insert_or_assign(std::move(name), std::move(spec));
  }
  std::vector<std::string> ending;
  for (auto const& [name, running] : running_) {
    auto const found = wanted.find(name);
    if (found != wanted.end() && same(found->second, running->webhook->spec())) {
      wanted.erase(found);
      continue;
    }
    (found == wanted.end() ? difference.removed : difference.changed).push_back(name);
    ending.push_back(name);
  }
  for (auto const& name : ending) co_await end(name);
  for (auto& [name, spec] : wanted) {
    if (std::find(ending.begin(), ending.end(), name) == ending.end()) difference.added.push_back(name);
    auto running = std::make_unique<Running>(parts_.executor);
    auto& posts = **client(spec.allow_private);
    running->webhook = std::make_shared<Webhook>(parts_, posts, std::move(spec), ++seed_);
    running->tasks.spawn(keep_running(running->webhook));
    running_.emplace(name, std::move(running));
  }
  co_return difference;
}

asio::awaitable<void> WebhookSet::end(std::string name) {
  auto const found = running_.find(name);
  if (found == running_.end()) co_return;
  auto const running = std::move(found->second);
  running_.erase(found);
  running->tasks.cancel();
  co_await running->tasks.join();
  co_await running->webhook->save();
}

asio::awaitable<void> WebhookSet::stop() {
  for (auto& [name, running] : running_) running->tasks.cancel();
  while (!running_.empty()) {
    auto name = running_.begin()->first;
    co_await end(std::move(name));
  }
}

std::vector<WebhookStatus> WebhookSet::status() const {
  std::vector<WebhookStatus> out;
  for (auto const& [name, running] : running_) out.push_back(running->webhook->status());
  return out;
}

std::shared_ptr<Webhook> WebhookSet::find(std::string const& name) const {
  auto const found = running_.find(name);
  return found == running_.end() ? nullptr : found->second->webhook;
}

Result<std::size_t> WebhookSet::reread_keys(std::string const& name) {
  auto const webhook = find(name);
  if (!webhook) return Error{ErrorCode::not_found, "there is no webhook \"" + name + "\""};
  auto keys = read_signing_keys(webhook->spec().secret_file);
  if (!keys) return keys.error();
  auto const count = keys->size();
  webhook->set_keys(std::move(*keys));
  return count;
}

}  // namespace newsfold::webhook
