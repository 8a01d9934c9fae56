#pragma once
// An event as a person reads it in `newsfold tail`: time, what happened, source, headline.

#include <boost/json/object.hpp>

#include <string>

namespace newsfold {

enum class Colours : unsigned char { off, on };

// Control characters of the event's text are left out: a headline must not steer the terminal.
std::string tail_line(boost::json::object const& event, Colours colours);

// `utf8` without what a terminal would act on, on one line.
std::string printable(std::string_view utf8);

}  // namespace newsfold
