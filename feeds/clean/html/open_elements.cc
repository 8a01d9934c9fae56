#include "feeds/clean/html/open_elements.h"

#include "feeds/text/ascii.h"

#include <algorithm>

namespace newsfold::clean {
namespace {

bool is_cell(Element element) {
  return element == Element::td || element == Element::th || element == Element::caption;
}

// Has its place in the stack of a table.
bool is_table_part(Element element) {
  switch (element) {
    case Element::caption:
    case Element::colgroup:
    case Element::tbody:
    case Element::td:
    case Element::tfoot:
    case Element::th:
    case Element::thead:
    case Element::tr: return true;
    default: return false;
  }
}

// Ends a paragraph that is open, and is not brought back by text.
bool closes_paragraph(Element element) {
  return flow_of(element) == Flow::block && !is_table_part(element) && element != Element::body &&
         element != Element::html && element != Element::legend;
}

// Elements that an end tag of running text does not reach across.
bool is_special(Element element) {
  switch (element) {
    case Element::applet:
    case Element::button:
    case Element::marquee:
    case Element::object:
    case Element::select:
    case Element::template_: return true;
    default: return closes_paragraph(element) || is_table_part(element);
  }
}

}  // namespace

bool is_void(Element element) noexcept {
  switch (element) {
    case Element::area:
    case Element::base:
    case Element::basefont:
    case Element::bgsound:
    case Element::br:
    case Element::col:
    case Element::embed:
    case Element::hr:
    case Element::img:
    case Element::input:
    case Element::link:
    case Element::meta:
    case Element::param:
    case Element::source:
    case Element::track:
    case Element::wbr: return true;
    default: return false;
  }
}

bool is_block(Element element) noexcept { return closes_paragraph(element) || is_table_part(element); }

bool is_formatting(Element element) noexcept {
  switch (element) {
    case Element::a:
    case Element::b:
    case Element::big:
    case Element::code:
    case Element::em:
    case Element::font:
    case Element::i:
    case Element::nobr:
    case Element::s:
    case Element::small:
    case Element::strike:
    case Element::strong:
    case Element::tt:
    case Element::u: return true;
    default: return false;
  }
}

OpenElements::Name OpenElements::key_of(Element element, std::string_view name) noexcept {
  if (element != Element::other) return Name(element);
  std::uint32_t hash = 2166136261u;
  for (char const c : name.substr(0, 32))
    hash = (hash ^ static_cast<unsigned char>(text::to_lower(c))) * 16777619u;
  constexpr std::uint32_t first = 256;
  return Name(first + (hash ^ hash >> 16) % (names - first));
}

bool OpenElements::bounds(Scope scope, Element element) noexcept {
  if (scope == Scope::special) return is_special(element);
  switch (element) {
    case Element::applet:
    case Element::caption:
    case Element::marquee:
    case Element::object:
    case Element::table:
    case Element::td:
    case Element::template_:
    case Element::th: return true;
    case Element::button: return scope == Scope::button;
    case Element::ol:
    case Element::ul: return scope == Scope::list_item;
    default: return false;
  }
}

void OpenElements::push(Element element, Name name, std::uint32_t formatting) {
  open_.push_back({element, name, formatting});
  ++open_by_name_[name];
  if (is_cell(element)) formatting_.push_back({element, name, false, false, true});
}

void OpenElements::pop() {
  auto const top = open_.back();
  open_.pop_back();
  --open_by_name_[top.name];
  if (top.formatting != none && !formatting_[top.formatting].is_gone) {
    formatting_[top.formatting].is_open = false;
    ++formatting_closed_;
  }
  if (is_cell(top.element)) forget_to_marker();
}

void OpenElements::pop_to(std::size_t size) {
  while (open_.size() > size) pop();
}

std::size_t OpenElements::find(Name name, Scope scope) const noexcept {
  if (open_by_name_[name] == 0) return open_.size();
  for (auto at = open_.size(); at-- > 0;) {
    if (open_[at].name == name) return at;
    if (bounds(scope, open_[at].element)) break;
  }
  return open_.size();
}

bool OpenElements::close_if_found(Name name, Scope scope) {
  auto const at = find(name, scope);
  if (at == open_.size()) return false;
  pop_to(at);
  return true;
}

// An end tag of one heading ends any other.
bool OpenElements::close_heading() {
  for (auto at = open_.size(); at-- > 0;) {
    if (bounds(Scope::any_block, open_[at].element)) return false;
    if (!is_heading(open_[at].element)) continue;
    pop_to(at);
    return true;
  }
  return false;
}

// An item ends the item before it, unless a list began in between.
void OpenElements::begin_item(Element element) {
  auto const ends = [&](Element open) {
    return element == Element::li ? open == Element::li : open == Element::dd || open == Element::dt;
  };
  for (auto at = open_.size(); at-- > 0;) {
    auto const open = open_[at].element;
    if (ends(open)) return pop_to(at);
    if (is_special(open) && open != Element::address && open != Element::div && open != Element::p) return;
  }
}

// False where no table is open: then the tag is passed over.
bool OpenElements::begin_table_part(Element element) {
  if (open_by_name_[Name(Element::table)] == 0 && open_by_name_[Name(Element::template_)] == 0) return false;
  bool const row = element == Element::tr;
  bool const cell = element == Element::td || element == Element::th;
  while (!open_.empty()) {
    auto const top = open_.back().element;
    if (top == Element::table || top == Element::template_) break;
    if ((row || cell) && (top == Element::tbody || top == Element::thead || top == Element::tfoot)) break;
    if (cell && top == Element::tr) break;
    pop();
  }
  if ((row || cell) && !open_.empty() && open_.back().element == Element::table) {
    push(Element::tbody, Name(Element::tbody));
    ++made_;
  }
  if (cell && !open_.empty() && open_.back().element != Element::tr) {
    push(Element::tr, Name(Element::tr));
    ++made_;
  }
  return true;
}

void OpenElements::open(Element element, std::string_view name) {
  if (element == Element::html || element == Element::head || element == Element::body) return;
  if (closes_paragraph(element)) close_if_found(Name(Element::p), Scope::button);
  if (is_void(element)) {
    if (element != Element::hr) reopen();
    return;
  }
  auto const id = key_of(element, name);
  if (is_formatting(element)) return begin_formatting(element, id);
  if (is_table_part(element)) {
    if (!begin_table_part(element)) return;
  } else if (element == Element::li || element == Element::dd || element == Element::dt) {
    begin_item(element);
  } else if (is_heading(element)) {
    if (!open_.empty() && is_heading(open_.back().element)) pop();
  } else if (element == Element::button) {
    close_if_found(id, Scope::any_block);
    reopen();
  } else if (element == Element::option || element == Element::optgroup) {
    if (!open_.empty() && open_.back().element == Element::option) pop();
    reopen();
  } else if (!closes_paragraph(element) && element != Element::template_) {
    reopen();
  }
  push(element, id);
}

void OpenElements::refuse(Element element, std::string_view name) noexcept {
  ++refused_by_name_[key_of(element, name)];
}

bool OpenElements::close(Element element, std::string_view name) {
  auto const id = key_of(element, name);
  if (refused_by_name_[id] > 0) {
    --refused_by_name_[id];
    return false;
  }
  if (is_formatting(element)) {
    auto const at = find_formatting(id);
    if (at == formatting_.size()) return close_if_found(id, Scope::special);
    end_formatting(at);
    return true;
  }
  if (is_table_part(element) || element == Element::table) {
    // Only a table bounds the search for its parts.
    auto at = open_by_name_[id] == 0 ? std::size_t{0} : open_.size();
    while (at > 0 && open_[at - 1].name != id && open_[at - 1].element != Element::table &&
           open_[at - 1].element != Element::template_)
      --at;
    if (at == 0 || open_[at - 1].name != id) return false;
    pop_to(at - 1);
    return true;
  }
  switch (element) {
    case Element::html:
    case Element::head:
    case Element::body: return true;
    case Element::br: ++made_; return true;
    case Element::p:
      if (!close_if_found(id, Scope::button)) ++made_;
      return true;
    case Element::li: return close_if_found(id, Scope::list_item);
    default: break;
  }
  if (is_heading(element)) return close_heading();
  return close_if_found(id, is_special(element) ? Scope::any_block : Scope::special);
}

bool OpenElements::is_out_of_place(Element element) const noexcept {
  if (open_by_name_[Name(Element::template_)] > 0) return false;
  if (open_by_name_[Name(Element::select)] > 0)
    return element != Element::option && element != Element::optgroup && element != Element::select &&
           element != Element::script && element != Element::input;
  return (is_table_part(element) || element == Element::col) && open_by_name_[Name(Element::table)] == 0;
}

bool OpenElements::is_between_cells() const noexcept {
  if (open_.empty()) return false;
  switch (open_.back().element) {
    case Element::table:
    case Element::tbody:
    case Element::tfoot:
    case Element::thead:
    case Element::tr: return true;
    default: return false;
  }
}

Element OpenElements::last_formatting() const noexcept {
  for (auto at = formatting_.size(); at-- > 0 && !formatting_[at].is_marker;)
    if (!formatting_[at].is_gone) return formatting_[at].element;
  return Element::other;
}

void OpenElements::reopen() {
  if (formatting_closed_ == 0) return;
  auto at = formatting_.size();
  while (at > 0 && !formatting_[at - 1].is_marker) --at;
  for (; at < formatting_.size() && formatting_closed_ > 0; ++at) {
    auto& it = formatting_[at];
    if (it.is_open || it.is_gone) continue;
    it.is_open = true;
    --formatting_closed_;
    ++made_;
    push(it.element, it.name, std::uint32_t(at));
  }
}

void OpenElements::begin_formatting(Element element, Name name) {
  // A link ends the link before it.
  if (element == Element::a || element == Element::nobr)
    if (auto const at = find_formatting(name); at != formatting_.size()) end_formatting(at);
  reopen();
  formatting_.push_back({element, name, true, false, false});
  ++formatting_live_;
  push(element, name, std::uint32_t(formatting_.size() - 1));
}

std::size_t OpenElements::find_formatting(Name name) const noexcept {
  for (auto at = formatting_.size(); at-- > 0 && !formatting_[at].is_marker;)
    if (!formatting_[at].is_gone && formatting_[at].name == name) return at;
  return formatting_.size();
}

// The "adoption agency": an element that ends inside of a block that began in it is split at the block.
void OpenElements::end_formatting(std::size_t at) {
  auto const place = std::uint32_t(at);
  auto& ended = formatting_[at];
  if (ended.is_open) {
    std::size_t position = open_.size();
    std::size_t blocks = 0;
    std::size_t inner = 0;
    while (position-- > 0 && open_[position].formatting != place) {
      blocks += is_special(open_[position].element);
      inner += open_[position].formatting != none;
    }
    constexpr std::size_t rounds_max = 8;  // of the standard
    constexpr std::size_t inner_max = 3;
    ended.is_gone = true;
    --formatting_live_;
    if (blocks == 0) {
      pop_to(position);
    } else {
      made_ += std::min(blocks, rounds_max) * (1 + std::min(inner, inner_max));
      --open_by_name_[open_[position].name];
      open_.erase(open_.begin() + std::ptrdiff_t(position));
    }
  } else {
    ended.is_gone = true;
    --formatting_live_;
    --formatting_closed_;
  }
  drop_gone();
}

// With the cell all that was opened in it has been closed: nothing points here any more.
void OpenElements::forget_to_marker() {
  while (!formatting_.empty() && !formatting_.back().is_marker) {
    auto const& last = formatting_.back();
    formatting_live_ -= !last.is_gone;
    formatting_closed_ -= !last.is_gone && !last.is_open;
    formatting_.pop_back();
  }
  if (!formatting_.empty()) formatting_.pop_back();
}

// Those at the end at once; those in between when they are the most.
void OpenElements::drop_gone() {
  while (!formatting_.empty() && formatting_.back().is_gone) formatting_.pop_back();
  constexpr std::size_t few = 64;
  if (formatting_.size() < few + 2 * formatting_live_ + open_.size()) return;
  std::vector<std::uint32_t> moved(formatting_.size(), none);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < formatting_.size(); ++i) {
    if (formatting_[i].is_gone) continue;
    moved[i] = std::uint32_t(kept);
    formatting_[kept++] = formatting_[i];
  }
  formatting_.resize(kept);
  for (auto& it : open_)
    if (it.formatting != none) it.formatting = moved[it.formatting];
}

}  // namespace newsfold::clean
