#include "kernel_call.hpp"

namespace auklet::compiler::exec {

Evaluate sequence(std::vector<Evaluate> parts) {
  std::optional<std::vector<KernelCall>> calls(std::in_place);
  for (const Evaluate& part : parts) {
    if (!part.calls()) calls.reset();
    if (calls) calls->insert(calls->end(), part.calls()->begin(), part.calls()->end());
  }
  const auto run = [parts = std::move(parts)](const Values& v) {
    for (const Evaluate& part : parts) {
      if (const kernels::Status status = part(v); status != kernels::Status::kOk) return status;
    }
    return kernels::Status::kOk;
  };
  return {run, std::move(calls)};
}

}  // namespace auklet::compiler::exec
