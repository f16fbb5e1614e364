// libFuzzer's target for model files: frontend, validator, compiler, segments and writer (model_subject.hpp).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include "libfuzzer.hpp"
#include "model_mutator.hpp"
#include "model_subject.hpp"

namespace {

using auklet::test::exercise_model;
using auklet::test::mutate_model_file;
using auklet::test::Random;
using auklet::test::random_model_file;

/// Of a build with sanitizers and coverage, which takes ten times as long as one without.
constexpr double kMostSeconds = 5;

/// Of this process, however many share the machine.
double seconds() { return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC); }

[[noreturn]] void complain(const char* what) {
  (void)std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const double start = seconds();
  const std::string complaint = exercise_model({data, size});
  if (!complaint.empty()) complain(complaint.c_str());
  if (seconds() - start > kMostSeconds) complain("too slow: half a second of processor time, without sanitizers");
  return 0;
}

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t limit, unsigned seed) {
  Random random(seed);
  if (random.one_in(16)) return LLVMFuzzerMutate(data, size, limit);
  std::vector<std::uint8_t> file(data, data + size);
  if (size < 64 || random.one_in(64)) file = random_model_file(random);
  for (std::uint32_t steps = random.in(1, 3); steps != 0; --steps) mutate_model_file(file, random);
  const std::size_t kept = std::min(file.size(), limit);
  if (kept != 0) std::memcpy(data, file.data(), kept);
  return kept;
}
