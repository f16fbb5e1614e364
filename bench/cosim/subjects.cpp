#include "subjects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/run.hpp>
#include <auklet/app/tensor_file.hpp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "single_layers.hpp"

namespace auklet::bench {
namespace {

namespace fs = std::filesystem;
using app::Result;
using compiler::Bytes;
using compiler::Model;

constexpr std::uint64_t kSeed = 1;

fs::path folder(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nobody sets it.
  return value != nullptr ? value : otherwise;
}

Result<std::vector<Bytes>> random_inputs(const Model& model) {
  std::vector<Bytes> inputs;
  for (const std::int32_t index : model.main().inputs) {
    auto input = app::random_tensor(model.main().tensor(index), 1, kSeed + inputs.size());
    if (!input) return tl::unexpected(input.error());
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

// The first frame of each input that is recorded in `recorded`.
Result<std::vector<Bytes>> recorded_inputs(const Model& model, const fs::path& recorded) {
  std::vector<Bytes> inputs;
  for (const std::int32_t index : model.main().inputs) {
    const fs::path path = recorded / fmt::format("in{}.bin", inputs.size());
    Bytes bytes(model.main().tensor(index).bytes());
    std::ifstream stream(path, std::ios::binary);
    if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
      return app::fail(app::ExitCode::kUsage, fmt::format("cannot read a frame of {}", path.string()));
    }
    inputs.push_back(std::move(bytes));
  }
  return inputs;
}

void add_zoo(std::vector<Subject>& subjects) {
  const fs::path zoo = folder("AUKLET_GOLDEN", AUKLET_GOLDEN_DIR) / "zoo";
  std::error_code error;
  std::vector<fs::path> networks;
  for (const fs::directory_entry& entry : fs::directory_iterator(zoo, error)) {
    if (fs::exists(entry.path() / "model.tflite")) networks.push_back(entry.path());
  }
  if (networks.empty()) fmt::print(stderr, "no reference networks in {}: they are left out\n", zoo.string());
  std::ranges::sort(networks);
  for (const fs::path& network : networks) {
    subjects.push_back({"zoo/" + network.filename().string(),
                        [network] { return app::load_model(network / "model.tflite"); },
                        [network](const Model& model) { return recorded_inputs(model, network / "case0"); }});
  }
}

}  // namespace

std::vector<Subject> all_subjects() {
  std::vector<Subject> subjects;
  for (const SingleLayer& layer : single_layers()) {
    subjects.push_back(
        {"layer/" + std::string(layer.name), [&layer] { return Result<Model>(layer.make()); }, random_inputs});
  }
  const fs::path keyword = folder("AUKLET_SOURCE_DIR", AUKLET_SOURCE_DIR) / "models/keyword/keyword.tflite";
  subjects.push_back({"network/keyword", [keyword] { return app::load_model(keyword); }, random_inputs});
  add_zoo(subjects);
  return subjects;
}

}  // namespace auklet::bench
