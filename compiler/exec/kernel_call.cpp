#include "kernel_call.hpp"

namespace auklet::compiler::exec {

Evaluate sequence(std::vector<Evaluate> parts) {
  std::vector<KernelCall> calls;
  bool complete = true;
  for (const Evaluate& part : parts) {
    const std::optional<std::vector<KernelCall>>& more = part.calls();
    if (more) calls.insert(calls.end(), more->begin(), more->end());
    complete = complete && more.has_value();
  }
  const auto run = [parts = std::move(parts)](const Values& v) {
    for (const Evaluate& part : parts) {
      if (const kernels::Status status = part(v); status != kernels::Status::kOk) return status;
    }
    return kernels::Status::kOk;
  };
  if (!complete) return {run, std::nullopt};
  return {run, std::move(calls)};
}

}  // namespace auklet::compiler::exec
