#pragma once
// All webhooks of the configuration: starts, changes and ends them, and finds the one that is asked for.
//
// Not thread-safe: one executor.

#include "daemon/runtime/task_group.h"
#include "daemon/webhook/webhook.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace newsfold::webhook {

class WebhookSet {
 public:
  // Asked for a client once a webhook needs it: one whose guard lets private addresses through, or not.
  using MakeClient = std::function<Result<std::unique_ptr<fetch::Client>>(bool allow_private)>;

  WebhookSet(WebhookParts const& parts, MakeClient make_client, std::uint64_t seed);

  struct Difference {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::vector<std::string> changed;
  };
  // Brings the running webhooks in line with `specs`; those that stay as they are do not notice. What is
  // removed keeps its cursor in the store. Fails, with nothing changed, where a client cannot be made.
  boost::asio::awaitable<Result<Difference>> set(std::vector<WebhookSpec> specs);
  // Ends all, and writes down how far each got.
  boost::asio::awaitable<void> stop();

  std::vector<WebhookStatus> status() const;                     // by name
  std::shared_ptr<Webhook> find(std::string const& name) const;  // null: none
  // Reads the key file again. Fails with `not_found`, `unreadable` or `invalid`; then the old keys stay.
  Result<std::size_t> reread_keys(std::string const& name);

 private:
  struct Running {
    explicit Running(boost::asio::any_io_executor executor) : tasks(std::move(executor)) {}
    std::shared_ptr<Webhook> webhook;
    TaskGroup tasks;
  };
  boost::asio::awaitable<void> end(std::string name);
  Result<fetch::Client*> client(bool allow_private);

  WebhookParts parts_;
  MakeClient make_client_;
  std::uint64_t seed_;
  std::unique_ptr<fetch::Client> public_client_;
  std::unique_ptr<fetch::Client> private_client_;
  std::map<std::string, std::unique_ptr<Running>> running_;
};

}  // namespace newsfold::webhook
