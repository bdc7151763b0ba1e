#include "zonec/gate/service.hpp"

#include <exception>
#include <new>
#include <utility>

namespace torii::zonec::gate {

Service::Service(Loaded&& loaded, Loader loader) : loaded_{std::move(loaded)}, loader_{std::move(loader)} {
  judge_.emplace(loaded_.settings);
}

Against Service::against() const {
  const auto& zone = loaded_.base->zone();
  return {zone.apex, zone.serial.value, loaded_.generation, loaded_.created, committed_.size()};
}

StatusFacts Service::facts() const {
  return {loaded_.base->zone().delegation_count, requests_, errors_, commits_, loaded_.base->index_octets()};
}

std::string Service::fail(const Request& request, const RequestError& error) {
  ++errors_;
  return error_line(request, error, against());
}

std::string Service::answer_too_long() noexcept {
  ++requests_;
  return fail({},
              {"line-too-long", "", "more than " + std::to_string(kLineOctetsMax) + " octets before the end of line",
               "split the transaction; the line was skipped", kLineOctetsMax, 0});
}

std::string Service::answer(std::string_view line) noexcept {
  ++requests_;
  ParsedRequest parsed;
  try {
    parsed = parse_request(line);
    return parsed.error ? fail(parsed.request, *parsed.error) : answer(parsed.request);
  } catch (const std::bad_alloc&) {
    return fail(parsed.request, {"no-memory", "", "no memory left for this request", "make it smaller", {}, 2400});
  } catch (const std::exception& error) {
    return fail(parsed.request, {"internal", "", error.what(), "report this as a bug, with the request", {}, 2400});
  }
}

std::string Service::answer(const Request& request) {
  if (request.kind == Request::Kind::Status) return status_line(request, "status", against(), facts());
  if (request.kind == Request::Kind::Reload) return reload(request);
  Transaction transaction{*loaded_.base, committed_};
  for (const auto& operation : request.operations)
    if (const auto error = transaction.apply(operation)) return fail(request, *error);
  const auto verdict = judge(transaction, *judge_, request.affected_max);
  const bool commits = request.commit && verdict.decision != Decision::Refuse;
  auto line = verdict_line(request, verdict, against(), commits, loaded_.settings);
  if (commits) {
    committed_.merge(transaction.changes(), [&](dns::NameView name) { return loaded_.base->find(name); });
    ++commits_;
  }
  return line;
}

std::string Service::reload(const Request& request) {
  auto loaded = loader_();
  if (const auto* problem = std::get_if<std::string>(&loaded))
    return fail(request,
                {"reload-failed", "", *problem, "verdicts are still against what was loaded before", {}, 2400});
  if (request.drop_changes) committed_ = {};
  adopt(std::move(std::get<Loaded>(loaded)));
  return status_line(request, "reload", against(), facts());
}

void Service::adopt(Loaded&& loaded) {
  const auto& base = *loaded.base;
  const View published{base, nullptr, nullptr};
  Changes kept;
  for (const auto& [wire, change] : committed_.by_name()) {
    const auto name = view_of(wire);
    const auto node = published.node(name);
    if (change.ns && *change.ns != published.ns_of(node)) kept.set_ns(name, node.base, *change.ns);
    if (change.ds && *change.ds != published.ds_of(node)) kept.set_ds(name, *change.ds);
    if (change.addresses && !(*change.addresses == published.addresses_of(node)))
      kept.set_addresses(name, *change.addresses);
    if (change.is_host && *change.is_host != published.is_host(node)) kept.set_host(name, *change.is_host);
  }
  committed_ = std::move(kept);
  judge_.reset();  // it refers to the settings
  loaded_ = std::move(loaded);
  judge_.emplace(loaded_.settings);
}

}  // namespace torii::zonec::gate
