#pragma once
// Places: GeoRSS in its three encodings, W3C geo, ICBM.

#include "feeds/model/feed.h"
#include "feeds/parse/construct.h"

#include <optional>
#include <string_view>

namespace newsfold::parse {

// "lat lon lat lon ..." (blanks or commas between) as a geometry; nothing where a number is missing, is
// none, or lies off the globe.
std::optional<Geometry> geometry_of(std::string_view type, std::string_view numbers);

// georss:point, line, polygon, box, where (GML or geo:lat/long inside), and geo:Point.
std::optional<Geometry> geometry_of(pugi::xml_node node, Element element, MapContext& context);

std::optional<double> decimal(std::string_view text) noexcept;

}  // namespace newsfold::parse
