#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <auklet/app/tensor_file.hpp>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "npy_header.hpp"

namespace auklet::app {
namespace {

namespace fs = std::filesystem;
using compiler::Bytes;
using compiler::Tensor;
using compiler::TensorType;

// NumPy's kind and size of a tensor type; empty where NumPy has none.
std::string_view numpy_type(TensorType type) {
  switch (type) {
    case TensorType::kInt8:
      return "i1";
    case TensorType::kUint8:
      return "u1";
    case TensorType::kBool:
      return "b1";
    case TensorType::kInt16:
      return "i2";
    case TensorType::kUint16:
      return "u2";
    case TensorType::kInt32:
      return "i4";
    case TensorType::kUint32:
      return "u4";
    case TensorType::kInt64:
      return "i8";
    case TensorType::kUint64:
      return "u8";
    case TensorType::kFloat16:
      return "f2";
    case TensorType::kFloat32:
      return "f4";
    case TensorType::kFloat64:
      return "f8";
    case TensorType::kComplex64:
      return "c8";
    case TensorType::kComplex128:
      return "c16";
    default:
      return "";
  }
}

std::vector<std::uint64_t> without_ones(std::vector<std::uint64_t> shape) {
  std::erase(shape, 1);
  return shape;
}

std::vector<std::uint64_t> shape_of(const Tensor& tensor, std::size_t frames) {
  std::vector<std::uint64_t> shape;
  if (frames != 1) shape.push_back(frames);
  for (const std::int32_t d : tensor.shape) shape.push_back(static_cast<std::uint64_t>(d));
  return shape;
}

// A clause about the first thing in which a .npy file differs from what `tensor` needs; empty when nothing does.
std::string differs(const NpyHeader& header, const Tensor& tensor, std::size_t frames) {
  const std::string_view wanted = numpy_type(tensor.type);
  if (wanted.empty()) return fmt::format("{} tensors have no .npy form, give raw bytes", compiler::name(tensor.type));
  if (header.descr.empty() || header.descr.substr(1) != wanted) {
    return fmt::format("it holds '{}', but {} needs '{}'", header.descr, compiler::name(tensor.type), wanted);
  }
  if (header.descr[0] != '<' && header.descr[0] != '|') return "it is not little-endian, save it as such";
  const std::vector<std::uint64_t> shape = shape_of(tensor, frames);
  if (without_ones(header.shape) != without_ones(shape)) {
    return fmt::format("it has shape [{}], expected [{}]", fmt::join(header.shape, ", "), fmt::join(shape, ", "));
  }
  if (header.fortran_order && without_ones(shape).size() > 1) return "it is in Fortran order, save it in C order";
  return "";
}

// Reads `count` bytes at `offset`.
Result<Bytes> read_range(std::ifstream& stream, const fs::path& path, std::uint64_t offset, std::size_t count) {
  Bytes bytes(count);
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(offset));
  if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count))) {
    return fail(ExitCode::kUsage, fmt::format("cannot read {}; check that nothing else writes it", path.string()));
  }
  return bytes;
}

// Bytes before the first element of a .npy file that fits the tensor.
Result<std::uint64_t> npy_data_offset(std::ifstream& stream, const fs::path& path, std::uint64_t size,
                                      const Tensor& tensor, std::size_t frames) {
  auto head = read_range(stream, path, 0, static_cast<std::size_t>(std::min<std::uint64_t>(size, kMaxNpyHeader)));
  if (!head) return tl::unexpected(head.error());
  const auto header = parse_npy_header(*head);
  const std::string clause = header ? differs(*header, tensor, frames) : header.error().message;
  if (!clause.empty()) {
    return fail(ExitCode::kUsage, fmt::format("{} does not fit tensor '{}': {}", path.string(), tensor.name, clause));
  }
  return header->data_offset;
}

}  // namespace

Result<Bytes> read_tensor_file(const fs::path& path, const Tensor& tensor, std::size_t frames) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    return fail(ExitCode::kUsage, fmt::format("cannot read {}; check that the file exists", path.string()));
  }
  std::uint64_t offset = 0;
  if (path.extension() == ".npy") {
    auto found = npy_data_offset(stream, path, size, tensor, frames);
    if (!found) return tl::unexpected(found.error());
    offset = *found;
  }
  const std::uint64_t wanted = std::uint64_t{tensor.bytes()} * frames;
  if (size - offset != wanted) {
    return fail(ExitCode::kUsage,
                fmt::format("{} has {} bytes of data, but tensor '{}' ({} [{}]) needs {}{}", path.string(),
                            size - offset, tensor.name, compiler::name(tensor.type), fmt::join(tensor.shape, ", "),
                            wanted, frames == 1 ? "" : fmt::format(" for {} steps", frames)));
  }
  return read_range(stream, path, offset, static_cast<std::size_t>(wanted));
}

Result<Bytes> random_tensor(const Tensor& tensor, std::size_t frames, std::uint64_t seed) {
  Bytes bytes(tensor.bytes() * frames);
  // The engine's numbers are the standard's; its distributions' are not, so none is used.
  std::mt19937_64 engine(seed);
  switch (tensor.type) {
    case TensorType::kInt8:
    case TensorType::kUint8:
    case TensorType::kInt16:
    case TensorType::kUint16:
    case TensorType::kInt4:
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine() >> 56);
      return bytes;
    case TensorType::kBool:
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine() >> 63);
      return bytes;
    case TensorType::kFloat32:
      for (std::size_t i = 0; i < bytes.size(); i += sizeof(float)) {
        const float value = static_cast<float>(engine() >> 40) / 8388608.0F - 1.0F;  // 24 bits: exact
        std::memcpy(&bytes[i], &value, sizeof(float));
      }
      return bytes;
    default:
      return fail(ExitCode::kUsage, fmt::format("no random values exist for input '{}' of type {}", tensor.name,
                                                compiler::name(tensor.type)));
  }
}

Result<std::vector<Bytes>> random_inputs(const compiler::Graph& graph, std::size_t frames, std::uint64_t seed) {
  std::vector<Bytes> inputs;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    auto input = random_tensor(graph.tensor(graph.inputs[i]), frames, seed + i);
    if (!input) return tl::unexpected(input.error());
    inputs.push_back(std::move(*input));
  }
  return inputs;
}

tl::unexpected<Failure> cannot_write(const fs::path& path) {
  return fail(ExitCode::kUsage,
              fmt::format("cannot write {}; check the folder's permissions and space", path.string()));
}

Result<std::ofstream> create_file(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  if (!stream) return cannot_write(path);
  return stream;
}

Outcome write_file(const fs::path& path, std::span<const std::byte> bytes) {
  auto stream = create_file(path);
  if (!stream) return tl::unexpected(stream.error());
  stream->write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  stream->close();
  if (!*stream) return cannot_write(path);
  return {};
}

}  // namespace auklet::app
