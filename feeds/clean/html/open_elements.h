#pragma once
// A sketch of what a tree builder keeps while it reads a page (HTML standard, 13.2.4): the elements that are
// open, and the formatting elements (<b>, <font>, <a> ...) that it opens again behind a block that closed
// before them. It tells beforehand what a page would cost the builder: how deep it nests, and how many
// elements are made that no tag stands for. Exact on well-formed pages; on others it errs by little.

#include "feeds/clean/html/element.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace newsfold::clean {

bool is_void(Element element) noexcept;        // <br>: holds nothing, and is not closed
bool is_formatting(Element element) noexcept;  // <b>: is opened again where it was not closed
bool is_block(Element element) noexcept;       // <p>, <td>: begins and ends a line

class OpenElements {
 public:
  // A start tag. `name` tells those elements apart that have no number.
  void open(Element element, std::string_view name);
  // A start tag that is left out of the page. Its end tag is to be left out as well.
  void refuse(Element element, std::string_view name) noexcept;
  // An end tag. False where it ends nothing: nothing of its name is open, or its start tag was refused.
  bool close(Element element, std::string_view name);
  // A tag that a tree builder passes over where it stands: a cell outside of a table, a block in a <select>.
  bool is_out_of_place(Element element) const noexcept;
  // Text here would be moved in front of the table it stands in.
  bool is_between_cells() const noexcept;
  // Text, or an element of running text, follows: what was not closed is opened again.
  void reopen();

  std::size_t depth() const noexcept { return open_.size(); }
  // Blanks are part of the text here.
  bool keeps_blanks() const noexcept { return open_by_name_[Name(Element::pre)] > 0; }
  // Formatting elements without an end tag so far, open or to be opened again.
  std::size_t formatting() const noexcept { return formatting_live_; }
  // The last of those that a text would stand in; Element::other for none.
  Element last_formatting() const noexcept;
  // Elements that no tag stands for, so far.
  std::size_t made() const noexcept { return made_; }

 private:
  using Name = std::uint16_t;
  static constexpr std::size_t names = 1024;
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct Open {
    Element element{};
    Name name = 0;
    std::uint32_t formatting = none;  // its place in formatting_
  };
  struct Formatting {
    Element element{};
    Name name = 0;
    bool is_open = false;
    bool is_gone = false;
    bool is_marker = false;  // a cell: what was opened before is not opened again inside
  };
  enum class Scope : std::uint8_t { any_block, button, list_item, special };

  static Name key_of(Element element, std::string_view name) noexcept;
  static bool bounds(Scope scope, Element element) noexcept;
  void push(Element element, Name name, std::uint32_t formatting = none);
  void pop();
  void pop_to(std::size_t size);
  // The topmost open element of that name inside the scope; depth() for none.
  std::size_t find(Name name, Scope scope) const noexcept;
  bool close_if_found(Name name, Scope scope);
  bool close_heading();
  void begin_item(Element element);
  bool begin_table_part(Element element);
  void begin_formatting(Element element, Name name);
  void end_formatting(std::size_t at);
  // The last formatting element of that name behind the last marker; formatting_.size() for none.
  std::size_t find_formatting(Name name) const noexcept;
  void forget_to_marker();
  void drop_gone();

  std::vector<Open> open_;
  std::vector<Formatting> formatting_;
  std::size_t formatting_live_ = 0;
  std::size_t formatting_closed_ = 0;  // of the live ones, those that are not open
  std::size_t made_ = 0;
  std::array<std::uint32_t, names> open_by_name_{};
  std::array<std::uint32_t, names> refused_by_name_{};
};

}  // namespace newsfold::clean
