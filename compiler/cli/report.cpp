#include <fmt/format.h>

#include <algorithm>
#include <auklet/app/report.hpp>
#include <cstring>

namespace auklet::app {
namespace {

using compiler::Bytes;
using compiler::TensorType;

template <typename T>
std::string element(const Bytes& bytes, std::size_t index) {
  T value{};
  std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
  return fmt::format("{}", value);
}

// Element `index` in words; types without a C++ counterpart as bytes.
std::string describe_element(const Bytes& bytes, TensorType type, std::size_t index, std::size_t size) {
  if ((index + 1) * size > bytes.size()) return "nothing";
  switch (type) {
    case TensorType::kInt8:
      return fmt::format("{}",
                         std::to_integer<int>(bytes[index]) - (std::to_integer<int>(bytes[index]) > 127 ? 256 : 0));
    case TensorType::kInt16:
      return element<std::int16_t>(bytes, index);
    case TensorType::kInt32:
      return element<std::int32_t>(bytes, index);
    case TensorType::kInt64:
      return element<std::int64_t>(bytes, index);
    case TensorType::kFloat32:
      return element<float>(bytes, index);
    case TensorType::kFloat64:
      return element<double>(bytes, index);
    default: {
      std::string text = "0x";
      for (std::size_t i = size; i-- > 0;)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[index * size + i]));
      return text;
    }
  }
}

}  // namespace

const char* name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBitExact:
      return "bit-exact";
    case Verdict::kMismatch:
      return "mismatch";
    case Verdict::kUnchecked:
      return "unchecked";
  }
  return "?";
}

Causes total_causes(const RunReport& report) {
  Causes total{};
  for (const LayerRow& row : report.layers) {
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += row.causes[i];
  }
  return total;
}

double utilisation(std::uint64_t macs, std::uint64_t cycles, const spec::HardwareConfig& config) {
  if (cycles == 0) return 0;
  return static_cast<double>(macs) / (static_cast<double>(cycles) * static_cast<double>(config.macs));
}

std::optional<Difference> compare(const Bytes& got, const Bytes& expected, const compiler::Tensor& tensor,
                                  std::size_t output, const std::string& against) {
  if (got == expected) return std::nullopt;
  const std::size_t size = std::max<std::size_t>(compiler::element_size(tensor.type), 1);
  const std::size_t elements = (std::max(got.size(), expected.size()) + size - 1) / size;
  Difference difference{.against = against, .output = output, .elements = elements};
  for (std::size_t i = elements; i-- > 0;) {
    const std::size_t at = i * size;
    const bool whole = at + size <= got.size() && at + size <= expected.size();
    if (whole && std::equal(&got[at], &got[at] + size, &expected[at])) continue;
    ++difference.differing;
    difference.element = i;
  }
  difference.expected = describe_element(expected, tensor.type, difference.element, size);
  difference.got = describe_element(got, tensor.type, difference.element, size);
  return difference;
}

}  // namespace auklet::app
