#include "golden.hpp"

#include <algorithm>
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

}  // namespace auklet::compiler::test
