#pragma once
// How each type of option is named, read, bounded and printed. Rows of the table in options.cc are built
// by the functions at the end.

#include "daemon/config/options.h"
#include "daemon/config/units.h"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace newsfold::config {

using Complaint = std::optional<std::string>;  // what is wrong; nothing: all is well

std::string toml_string(std::string_view text);  // quoted and escaped
std::string wrong_type(std::string_view wanted, Value const& value);

// A codec has: `using Type`; name(), bounds(), print(Type), read(Value, Type&, base).

struct BoolCodec {
  using Type = bool;
  std::string name() const { return "boolean"; }
  std::string bounds() const { return ""; }
  std::string print(bool value) const { return value ? "true" : "false"; }
  Complaint read(Value const& value, bool& out, std::string const& base) const;
};

template <class Integer>
struct IntegerCodec {
  using Type = Integer;
  std::uint64_t low;
  std::uint64_t high;
  std::string name() const { return "integer"; }
  std::string bounds() const { return std::to_string(low) + " .. " + std::to_string(high); }
  std::string print(Integer value) const { return std::to_string(value); }
  Complaint read(Value const& value, Integer& out, std::string const&) const {
    auto const* integer = std::get_if<std::int64_t>(&value.data);
    if (integer == nullptr) return wrong_type("an integer", value);
    if (*integer < 0 || static_cast<std::uint64_t>(*integer) < low ||
        static_cast<std::uint64_t>(*integer) > high) {
      return std::to_string(*integer) + " is out of bounds (" + bounds() + ")";
    }
    out = static_cast<Integer>(*integer);
    return std::nullopt;
  }
};

struct NumberCodec {
  using Type = double;
  double low;
  double high;
  std::string name() const { return "number"; }
  std::string bounds() const;
  std::string print(double value) const;
  Complaint read(Value const& value, double& out, std::string const& base) const;
};

struct DurationCodec {
  using Type = Duration;
  std::string_view low;
  std::string_view high;
  std::string name() const { return "duration"; }
  std::string bounds() const { return std::string(low) + " .. " + std::string(high); }
  std::string print(Duration value) const { return toml_string(format_duration(value)); }
  Complaint read(Value const& value, Duration& out, std::string const& base) const;
};

struct SizeCodec {
  using Type = std::uint64_t;
  std::string_view low;
  std::string_view high;
  std::string name() const { return "size"; }
  std::string bounds() const { return std::string(low) + " .. " + std::string(high); }
  std::string print(std::uint64_t value) const { return toml_string(format_size(value)); }
  Complaint read(Value const& value, std::uint64_t& out, std::string const& base) const;
};

struct RateCodec {
  using Type = Rate;
  std::string name() const { return "rate"; }
  std::string bounds() const { return ""; }
  std::string print(Rate value) const { return toml_string(format_rate(value)); }
  Complaint read(Value const& value, Rate& out, std::string const& base) const;
};

struct RecheckCodec {
  using Type = std::vector<RecheckStep>;
  std::string name() const { return "list of \"EVERY < AGE\""; }
  std::string bounds() const { return ""; }
  std::string print(Type const& value) const;
  Complaint read(Value const& value, Type& out, std::string const& base) const;
};

// A file mode, written as people know it: "0660".
struct ModeCodec {
  using Type = std::uint32_t;
  std::string name() const { return "mode"; }
  std::string bounds() const { return "\"0600\" .. \"0777\""; }
  std::string print(std::uint32_t value) const;
  Complaint read(Value const& value, std::uint32_t& out, std::string const& base) const;
};

enum class TextRule : std::uint8_t {
  any,       // any text without control characters
  name,      // 1 to 100 bytes, no control characters
  path,      // made absolute against the file's folder
  http_url,  // http or https, with a host
  url,       // any scheme, with a host
};

struct TextCodec {
  using Type = std::string;
  TextRule rule = TextRule::any;
  std::string name() const;
  std::string bounds() const { return ""; }
  std::string print(std::string const& value) const { return toml_string(value); }
  Complaint read(Value const& value, std::string& out, std::string const& base) const;
};

struct TextListCodec {
  using Type = std::vector<std::string>;
  std::string name() const { return "list of strings"; }
  std::string bounds() const { return ""; }
  std::string print(Type const& value) const;
  Complaint read(Value const& value, Type& out, std::string const& base) const;
};

template <class Enum>
struct ChoiceCodec {
  using Type = Enum;
  std::vector<std::pair<std::string_view, Enum>> choices;
  std::string name() const { return "choice"; }
  std::string bounds() const {
    std::string out;
    for (auto const& [text, _] : choices) out += (out.empty() ? "" : " | ") + toml_string(text);
    return out;
  }
  std::string print(Enum value) const {
    for (auto const& [text, choice] : choices) {
      if (choice == value) return toml_string(text);
    }
    return "";
  }
  Complaint read(Value const& value, Enum& out, std::string const&) const {
    auto const* text = std::get_if<std::string>(&value.data);
    if (text == nullptr) return wrong_type("a string", value);
    for (auto const& [name_of, choice] : choices) {
      if (name_of != *text) continue;
      out = choice;
      return std::nullopt;
    }
    return toml_string(*text) + " is none of " + bounds();
  }
};

// --- rows ---

enum class Presence : std::uint8_t { optional, required };

template <class Section, class Member, class Codec>
Option option(std::string_view key, Member Section::*member, Codec codec, TakesEffect takes_effect,
              std::string_view sentence, Presence presence = Presence::optional) {
  using Type = typename Codec::Type;
  static constexpr bool may_be_absent = std::same_as<Member, std::optional<Type>>;
  static_assert(may_be_absent || std::same_as<Member, Type>);
  Option row{
      key, codec.name(), codec.bounds(), "", sentence, presence == Presence::required, takes_effect, {}, {}};
  if constexpr (!may_be_absent) {
    if (!row.required) row.default_toml = codec.print(Section{}.*member);
  }
  row.read = [member, codec = std::move(codec)](Value const& value, void* section, std::string const& base) {
    Type read{};
    auto complaint = codec.read(value, read, base);
    if (!complaint) static_cast<Section*>(section)->*member = std::move(read);
    return complaint;
  };
  row.same = [member](void const* section, void const* other) {
    return static_cast<Section const*>(section)->*member == static_cast<Section const*>(other)->*member;
  };
  return row;
}

}  // namespace newsfold::config
