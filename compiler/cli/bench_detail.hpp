// What the results of `auklet bench` say of a run beyond its time: the object `auklet` of docs/report.md, and the
// counters.
#pragma once

#include <auklet/app/session.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "unit_timeline.hpp"

namespace auklet::app {

struct RunDetail {
  nlohmann::ordered_json json;
  std::vector<std::pair<std::string, double>> counters;  ///< None on the CPU but for the MACs.
};

/// `report` is the first run of `session`, of one frame, and `timeline` was told of it. Errors: kModelRefused.
[[nodiscard]] Result<RunDetail> describe_run(const Session& session, const RunReport& report,
                                             const UnitTimeline& timeline);

}  // namespace auklet::app
