#include "golden.hpp"

#include <algorithm>
#include <auklet/compiler/frontend.hpp>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace auklet::compiler::test {
namespace fs = std::filesystem;

std::optional<fs::path> golden_zoo() {
  const char* variable = std::getenv("AUKLET_GOLDEN");
  const fs::path zoo = fs::path(variable != nullptr ? variable : AUKLET_GOLDEN_DIR) / "zoo";
  if (!fs::is_directory(zoo)) return std::nullopt;
  return zoo;
}

Bytes read_bytes(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  Bytes bytes(stream ? static_cast<std::size_t>(fs::file_size(path)) : 0);
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
    throw std::runtime_error("cannot read " + path.string());
  }
  return bytes;
}

std::vector<fs::path> folders_of(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  return folders;
}

std::vector<Bytes> read_numbered(const fs::path& folder, const std::string& prefix) {
  std::vector<Bytes> files;
  for (;;) {
    const fs::path path = folder / (prefix + std::to_string(files.size()) + ".bin");
    if (!fs::exists(path)) return files;
    files.push_back(read_bytes(path));
  }
}

Model load_golden(const fs::path& folder) {
  auto model = read_tflite_file(folder / "model.tflite");
  if (!model) throw std::runtime_error(folder.string() + ": " + model.error().message);
  return std::move(*model);
}

std::size_t steps_of(const Model& model, const std::vector<Bytes>& inputs) {
  if (inputs.empty()) return 1;
  const std::size_t frame = model.main().tensor(model.main().inputs.at(0)).bytes();
  if (inputs[0].empty() || inputs[0].size() % frame != 0) {
    throw std::runtime_error("the input is no whole number of frames");
  }
  return inputs[0].size() / frame;
}

std::vector<std::span<const std::byte>> frame_of(const std::vector<Bytes>& inputs, std::size_t steps,
                                                 std::size_t step) {
  std::vector<std::span<const std::byte>> frame;
  frame.reserve(inputs.size());
  for (const Bytes& input : inputs) {
    const std::size_t bytes = input.size() / steps;
    frame.push_back(std::span(input).subspan(step * bytes, bytes));
  }
  return frame;
}

}  // namespace auklet::compiler::test
