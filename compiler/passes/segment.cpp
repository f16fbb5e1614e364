// The payload of an NPU segment's custom operator. All numbers are little-endian:
//
//   0 magic 'AUKN' | 4 version, u16 0 | 8 length of all | 12 CRC-32 of all that follows
//   16 macs | 20 sram_bytes | 24 u16 windows, u16 layers
//   a window: u8 role, u8 access (bit 0 read, bit 1 write), u16 index, u32 bytes
//   a layer:  u32 source operator, i32 code, u32 commands, u16 length of the name, u16 0,
//             u64 macs, loaded, stored, weight bytes, compute cycles, the name, zeros up to a multiple of 4
#include <algorithm>
#include <array>
#include <auklet/compiler/segment.hpp>
#include <auklet/plan/crc32.hpp>
#include <bit>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

namespace auklet::compiler {
namespace {

static_assert(std::endian::native == std::endian::little, "streams are read in place, as little-endian words");

constexpr std::uint32_t kMagic = 0x4e4b5541;  // 'AUKN' in memory order
constexpr std::size_t kChecked = 16;          // Where the checksum begins.
constexpr std::size_t kLengthOffset = 8;
constexpr std::size_t kCrcOffset = 12;
constexpr std::size_t kWindowBytes = 8;
constexpr std::size_t kLayerBytes = 56;
constexpr unsigned kRead = 1;
constexpr unsigned kWrite = 2;

std::uint32_t checksum(std::span<const std::byte> bytes) {
  std::vector<std::uint32_t> words(bytes.size() / sizeof(std::uint32_t));
  if (!words.empty()) std::memcpy(words.data(), bytes.data(), words.size() * sizeof(std::uint32_t));
  return plan::crc32(words);
}

class Writer {
 public:
  template <typename T>
  void put(T value) {
    const auto raw = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    bytes_.insert(bytes_.end(), raw.begin(), raw.end());
  }
  void put_name(const std::string& name) {
    for (const char c : name) bytes_.push_back(static_cast<std::byte>(c));
    while (bytes_.size() % sizeof(std::uint32_t) != 0) bytes_.push_back(std::byte{0});
  }
  template <typename T>
  void replace(std::size_t offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(T));
  }
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

// Reads what is there and remembers whether it was: values after the end are 0.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  T get() {
    T value{};
    if (bytes_.size() - at_ < sizeof(T)) {
      complete_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::string get_name(std::size_t length) {
    const std::size_t padded = (length + 3) / 4 * 4;
    if (bytes_.size() - at_ < padded) {
      complete_ = false;
      return {};
    }
    std::string name(length, '\0');
    if (length > 0) std::memcpy(name.data(), bytes_.data() + at_, length);
    for (std::size_t i = length; i < padded; ++i) padding_ok_ = padding_ok_ && bytes_[at_ + i] == std::byte{0};
    at_ += padded;
    return name;
  }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
  /// Whether everything was there, padding was zero and nothing is left.
  [[nodiscard]] bool exact() const { return complete_ && padding_ok_ && left() == 0; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool complete_ = true;
  bool padding_ok_ = true;
};

Outcome check_envelope(std::span<const std::byte> payload) {
  Reader reader(payload);
  const auto magic = reader.get<std::uint32_t>();
  const auto version = reader.get<std::uint16_t>();
  const auto reserved = reader.get<std::uint16_t>();
  const auto length = reader.get<std::uint32_t>();
  const auto crc = reader.get<std::uint32_t>();
  if (payload.size() < kChecked || magic != kMagic) return fail(ErrorCode::kMalformed, "the payload is no NPU segment");
  if (version != kSegmentVersion) {
    return fail(ErrorCode::kUnsupported, "the NPU segment has version " + std::to_string(version) + "; version " +
                                             std::to_string(kSegmentVersion) + " is known");
  }
  if (reserved != 0 || length != payload.size() || length % sizeof(std::uint32_t) != 0) {
    return fail(ErrorCode::kMalformed, "the NPU segment's payload has " + std::to_string(payload.size()) +
                                           " bytes; its header says " + std::to_string(length));
  }
  if (checksum(payload.subspan(kChecked)) != crc) {
    return fail(ErrorCode::kMalformed, "the NPU segment's payload does not match its checksum");
  }
  return {};
}

std::optional<spec::HardwareConfig> config_of(std::uint32_t macs) {
  const auto* const found = std::ranges::find(spec::kConfigurations, macs, &spec::HardwareConfig::macs);
  if (found == spec::kConfigurations.end()) return std::nullopt;
  return *found;
}

tl::unexpected<Error> invalid(const std::string& what) { return fail(ErrorCode::kInvalid, "the NPU segment " + what); }

Outcome check_windows(const Segment& segment) {
  const std::vector<SegmentWindow>& windows = segment.windows;
  if (windows.size() < kSegmentFirstActivationWindow || windows.size() > spec::kWindowCount) {
    return invalid("has " + std::to_string(windows.size()) + " windows");
  }
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const WindowRole role = windows[i].role;
    const bool first_role = role == WindowRole::kConstants || role == WindowRole::kScratch;
    const bool fits = i == kSegmentConstantsWindow ? role == WindowRole::kConstants
                      : i == kSegmentScratchWindow ? role == WindowRole::kScratch
                                                   : !first_role && role <= WindowRole::kOutput;
    if (!fits) return invalid("has a wrong role for window " + std::to_string(i));
    if (windows[i].write && (role == WindowRole::kConstants || role == WindowRole::kInput)) {
      return invalid("writes to its constants or inputs");
    }
    if (role == WindowRole::kInput && windows[i].index < kSegmentFirstActivation) {
      return invalid("has window " + std::to_string(i) + " on an input that is no activation");
    }
  }
  return {};
}

Outcome check_contents(const Segment& segment) {
  const auto config = config_of(segment.macs);
  if (!config) {
    return fail(ErrorCode::kUnsupported,
                "the NPU segment is for " + std::to_string(segment.macs) + " MACs, which no configuration has");
  }
  if (segment.sram_bytes > config->sram_bytes) {
    return invalid("needs " + std::to_string(segment.sram_bytes) + " bytes of SRAM; " + config->name + " has " +
                   std::to_string(config->sram_bytes));
  }
  if (segment.layers.size() > spec::kLogEntries) {
    return invalid("has " + std::to_string(segment.layers.size()) + " layers; the NPU tells " +
                   std::to_string(spec::kLogEntries) + " apart");
  }
  return check_windows(segment);
}

SegmentWindow read_window(Reader& reader, bool& legal) {
  SegmentWindow window;
  const auto role = reader.get<std::uint8_t>();
  const auto access = reader.get<std::uint8_t>();
  legal = legal && role <= static_cast<std::uint8_t>(WindowRole::kOutput) && access <= (kRead | kWrite);
  window.role = static_cast<WindowRole>(role);
  window.read = (access & kRead) != 0;
  window.write = (access & kWrite) != 0;
  window.index = reader.get<std::uint16_t>();
  window.bytes = reader.get<std::uint32_t>();
  return window;
}

SegmentLayer read_layer(Reader& reader, bool& legal) {
  SegmentLayer layer;
  layer.source_operator = reader.get<std::uint32_t>();
  layer.code = static_cast<OpCode>(reader.get<std::int32_t>());
  layer.commands = reader.get<std::uint32_t>();
  const auto name_length = reader.get<std::uint16_t>();
  legal = legal && reader.get<std::uint16_t>() == 0;
  for (std::uint64_t* value :
       {&layer.macs, &layer.loaded_bytes, &layer.stored_bytes, &layer.weight_bytes, &layer.compute_cycles}) {
    *value = reader.get<std::uint64_t>();
  }
  layer.name = reader.get_name(name_length);
  return layer;
}

// The tensor behind a window; null when the operator has none of that number.
const Tensor* tensor_of(const Graph& graph, const Operator& op, const SegmentWindow& window) {
  const std::size_t index = window.role == WindowRole::kConstants ? kSegmentConstantsInput : window.index;
  const std::vector<std::int32_t>& list = window.role == WindowRole::kOutput ? op.outputs : op.inputs;
  if (index >= list.size() || list[index] < 0 || static_cast<std::size_t>(list[index]) >= graph.tensors.size()) {
    return nullptr;
  }
  return &graph.tensor(list[index]);
}

Outcome check_against(const Graph& graph, const Operator& op, const Segment& segment) {
  std::vector<bool> inputs(op.inputs.size());
  std::vector<bool> outputs(op.outputs.size());
  for (std::size_t i = 0; i < segment.windows.size(); ++i) {
    const SegmentWindow& window = segment.windows[i];
    if (window.role == WindowRole::kScratch) continue;
    const Tensor* tensor = tensor_of(graph, op, window);
    if (tensor == nullptr || tensor->bytes() != window.bytes) {
      return invalid("has a window " + std::to_string(i) + " that does not match its tensor");
    }
    if (window.role == WindowRole::kConstants) continue;
    std::vector<bool>& seen = window.role == WindowRole::kInput ? inputs : outputs;
    if (tensor->is_constant || seen[window.index]) {
      return invalid("has a window " + std::to_string(i) + " on a constant, or on another window's tensor");
    }
    seen[window.index] = true;
  }
  const bool all_inputs = std::all_of(inputs.begin() + kSegmentFirstActivation, inputs.end(), std::identity());
  if (!all_inputs || !std::ranges::all_of(outputs, std::identity())) return invalid("lacks a window for a tensor");
  return {};
}

// A constant UINT8 input; null when it is anything else.
const Tensor* constant_of(const Graph& graph, const Operator& op, std::size_t input) {
  const std::int32_t index = op.input(input);
  if (index < 0 || static_cast<std::size_t>(index) >= graph.tensors.size()) return nullptr;
  const Tensor& tensor = graph.tensor(index);
  const bool fits = tensor.is_constant && tensor.type == TensorType::kUint8 && tensor.data.size() == tensor.bytes();
  return fits ? &tensor : nullptr;
}

Outcome check_stream(std::span<const std::uint32_t> words, const Segment& segment) {
  if (words.size() < spec::StreamHeader::kWords) return invalid("has a command stream without a header");
  using Fields = spec::StreamHeaderFields;
  if (Fields::kMagic.get(words) != spec::kStreamMagic || Fields::kVersion.get(words) != spec::kStreamVersion) {
    return invalid("has a command stream of another format");
  }
  if (Fields::kMacs.get(words) != segment.macs || Fields::kSram.get(words) > segment.sram_bytes ||
      static_cast<std::uint64_t>(Fields::kLength.get(words)) != words.size_bytes()) {
    return invalid("has a command stream for other hardware or of another length");
  }
  return {};
}

}  // namespace

std::vector<std::byte> write_segment(const Segment& segment) {
  Writer writer;
  writer.put(kMagic);
  writer.put(kSegmentVersion);
  writer.put(std::uint16_t{0});
  writer.put(std::uint32_t{0});  // Length and checksum are known at the end.
  writer.put(std::uint32_t{0});
  writer.put(segment.macs);
  writer.put(segment.sram_bytes);
  writer.put(static_cast<std::uint16_t>(segment.windows.size()));
  writer.put(static_cast<std::uint16_t>(segment.layers.size()));
  for (const SegmentWindow& window : segment.windows) {
    writer.put(static_cast<std::uint8_t>(window.role));
    writer.put(static_cast<std::uint8_t>((window.read ? kRead : 0U) | (window.write ? kWrite : 0U)));
    writer.put(window.index);
    writer.put(window.bytes);
  }
  for (const SegmentLayer& layer : segment.layers) {
    writer.put(layer.source_operator);
    writer.put(static_cast<std::int32_t>(layer.code));
    writer.put(layer.commands);
    writer.put(static_cast<std::uint16_t>(layer.name.size()));
    writer.put(std::uint16_t{0});
    for (const std::uint64_t value :
         {layer.macs, layer.loaded_bytes, layer.stored_bytes, layer.weight_bytes, layer.compute_cycles}) {
      writer.put(value);
    }
    writer.put_name(layer.name);
  }
  writer.replace(kLengthOffset, static_cast<std::uint32_t>(writer.bytes().size()));
  writer.replace(kCrcOffset, checksum(std::span(writer.bytes()).subspan(kChecked)));
  return writer.bytes();
}

Result<Segment> parse_segment(std::span<const std::byte> payload) {
  if (Outcome ok = check_envelope(payload); !ok) return tl::unexpected(ok.error());
  Reader reader(payload.subspan(kChecked));
  Segment segment;
  segment.macs = reader.get<std::uint32_t>();
  segment.sram_bytes = reader.get<std::uint32_t>();
  const auto windows = reader.get<std::uint16_t>();
  const auto layers = reader.get<std::uint16_t>();
  // Before anything is allocated by numbers of the file's.
  if (windows * kWindowBytes + layers * kLayerBytes > reader.left()) {
    return fail(ErrorCode::kMalformed, "the NPU segment's payload is too short for its windows and layers");
  }
  bool legal = true;
  for (std::size_t i = 0; i < windows; ++i) segment.windows.push_back(read_window(reader, legal));
  for (std::size_t i = 0; i < layers; ++i) segment.layers.push_back(read_layer(reader, legal));
  if (!reader.exact() || !legal) return fail(ErrorCode::kMalformed, "the NPU segment's payload is damaged");
  if (Outcome ok = check_contents(segment); !ok) return tl::unexpected(ok.error());
  return segment;
}

Result<SegmentView> read_segment(const Graph& graph, const Operator& op) {
  if (op.code != OpCode::kCustom || op.custom_code != kNpuCustomCode) {
    return fail(ErrorCode::kArgument, "operator " + op.name() + " is no NPU segment");
  }
  auto segment = parse_segment(op.custom_options);
  if (!segment) return tl::unexpected(segment.error());
  const Tensor* stream = constant_of(graph, op, kSegmentStreamInput);
  const Tensor* constants = constant_of(graph, op, kSegmentConstantsInput);
  if (stream == nullptr || constants == nullptr) return invalid("lacks its command stream or its constants");
  const auto* data = stream->data.data();
  if (stream->data.size() % sizeof(std::uint32_t) != 0 ||
      reinterpret_cast<std::uintptr_t>(data) % alignof(std::uint32_t) != 0) {
    return invalid("has a command stream that is no array of words");
  }
  const std::span<const std::uint32_t> words(reinterpret_cast<const std::uint32_t*>(data),
                                             stream->data.size() / sizeof(std::uint32_t));
  if (Outcome ok = check_against(graph, op, *segment); !ok) return tl::unexpected(ok.error());
  if (Outcome ok = check_stream(words, *segment); !ok) return tl::unexpected(ok.error());
  const auto config = config_of(segment->macs);
  if (!config) return invalid("is for hardware that there is none of");  // parse_segment() has looked.
  return SegmentView{std::move(*segment), *config, words, constants->data};
}

std::vector<std::size_t> find_segments(const Graph& graph) {
  std::vector<std::size_t> segments;
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const Operator& op = graph.operators[i];
    if (op.code == OpCode::kCustom && op.custom_code == kNpuCustomCode) segments.push_back(i);
  }
  return segments;
}

}  // namespace auklet::compiler
