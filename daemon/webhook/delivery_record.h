#pragma once
// The form in which a webhook's state lies in the store: the settings of a subscription whose cursor is its.

#include "daemon/webhook/delivery_state.h"

#include <string>
#include <string_view>

namespace newsfold::webhook {

// Without the cursor, which the subscription has itself.
std::string encode(DeliveryState const& state);
// Fails with `corrupt`.
Result<DeliveryState> decode(std::string_view bytes, Sequence cursor);

}  // namespace newsfold::webhook
