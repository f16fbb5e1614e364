#include "model_mutator.hpp"

#include <algorithm>
#include <auklet/compiler/compile.hpp>
#include <auklet/compiler/emit.hpp>
#include <auklet/plan/crc32.hpp>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "../compiler/random_network.hpp"
#include "stream_mutator.hpp"
#include "tflite_subset_generated.h"

namespace auklet::test {
namespace {

namespace schema = compiler::schema;
template <class T>
using Vector = flatbuffers::Vector<T>;

/// Bytes of the file.
struct Place {
  std::size_t offset = 0, bytes = 0;
};

/// Where the numbers of a file are.
struct ModelMap {
  std::vector<Place> shapes;    ///< Dimensions, 4 bytes each.
  std::vector<Place> indices;   ///< Of tensors, 4 bytes each.
  std::vector<Place> numbers;   ///< Scales, zero points, and the fields of tables.
  std::vector<Place> values;    ///< Constants of at most 64 bytes: axes, shapes, begins.
  std::vector<Place> payloads;  ///< Of segments.
  std::vector<Place> streams;   ///< Of segments.
};

class Surveyor {
 public:
  Surveyor(const std::vector<std::uint8_t>& file, const schema::Model& root) : file_(file), root_(root) {}

  ModelMap survey() {
    for (const auto* graph : list(root_.subgraphs())) survey_graph(*graph);
    for (const auto* code : list(root_.operator_codes())) fields(code, map_.numbers);
    for (const auto* buffer : list(root_.buffers())) {
      if (buffer->data() != nullptr && buffer->data()->size() <= 64) add(map_.values, place_of(*buffer->data()));
    }
    return std::move(map_);
  }

 private:
  template <class T>
  static std::vector<const T*> list(const Vector<flatbuffers::Offset<T>>* vector) {
    std::vector<const T*> result;
    if (vector != nullptr) std::copy(vector->begin(), vector->end(), std::back_inserter(result));
    return result;
  }
  static void add(std::vector<Place>& places, Place place) {
    if (place.bytes != 0) places.push_back(place);
  }
  [[nodiscard]] std::size_t offset_of(const void* at) const {
    return static_cast<std::size_t>(static_cast<const std::uint8_t*>(at) - file_.data());
  }
  [[nodiscard]] bool inside(std::ptrdiff_t offset, std::size_t bytes) const {
    return offset >= 0 && bytes <= file_.size() && static_cast<std::size_t>(offset) <= file_.size() - bytes;
  }
  template <class T>
  [[nodiscard]] Place place_of(const Vector<T>& vector) const {
    return {offset_of(vector.Data()), vector.size() * sizeof(T)};
  }
  template <class T>
  void elements(const Vector<T>* vector, std::vector<Place>& places) const {
    if (vector == nullptr) return;
    for (std::size_t i = 0; i < std::min<std::size_t>(vector->size(), 64); ++i) {
      places.push_back({offset_of(vector->Data()) + i * sizeof(T), sizeof(T)});
    }
  }
  /// Every field that a table has, by its vtable; what follows in the table may be cut. None of a table that does not
  /// lie in the file: nobody has verified options of a type that the schema does not know.
  void fields(const void* table, std::vector<Place>& places) const {
    if (table == nullptr) return;
    const auto* at = static_cast<const std::uint8_t*>(table);
    if (!inside(static_cast<std::ptrdiff_t>(offset_of(at)), sizeof(flatbuffers::soffset_t))) return;
    const auto begin = static_cast<std::ptrdiff_t>(offset_of(at)) - flatbuffers::ReadScalar<flatbuffers::soffset_t>(at);
    if (!inside(begin, sizeof(flatbuffers::voffset_t))) return;
    const auto* vtable = file_.data() + begin;
    const auto size = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable);
    if (!inside(begin, size)) return;
    for (std::size_t entry = 4; entry + 2 <= size; entry += 2) {
      const auto offset = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable + entry);
      const std::size_t place = offset_of(at) + offset;
      if (offset != 0 && inside(static_cast<std::ptrdiff_t>(place), 1)) places.push_back({place, 4});
    }
  }

  void survey_graph(const schema::SubGraph& graph) {
    elements(graph.inputs(), map_.indices);
    elements(graph.outputs(), map_.indices);
    for (const auto* tensor : list(graph.tensors())) {
      fields(tensor, map_.numbers);
      elements(tensor->shape(), map_.shapes);
      if (tensor->quantization() == nullptr) continue;
      fields(tensor->quantization(), map_.numbers);
      elements(tensor->quantization()->scale(), map_.numbers);
      elements(tensor->quantization()->zero_point(), map_.numbers);
    }
    for (const auto* op : list(graph.operators())) {
      elements(op->inputs(), map_.indices);
      elements(op->outputs(), map_.indices);
      fields(op, map_.numbers);
      // Twice: options are few beside the fields of tensors.
      for (int i = 0; i < 2; ++i) fields(op->builtin_options(), map_.numbers);
      survey_segment(graph, *op);
    }
  }

  void survey_segment(const schema::SubGraph& graph, const schema::Operator& op) {
    if (op.custom_options() == nullptr || op.inputs() == nullptr || op.inputs()->size() == 0) return;
    add(map_.payloads, place_of(*op.custom_options()));
    const auto tensor = static_cast<std::uint32_t>(op.inputs()->Get(0));
    if (graph.tensors() == nullptr || tensor >= graph.tensors()->size() || root_.buffers() == nullptr) return;
    const std::uint32_t buffer = graph.tensors()->Get(tensor)->buffer();
    if (buffer >= root_.buffers()->size() || root_.buffers()->Get(buffer)->data() == nullptr) return;
    add(map_.streams, place_of(*root_.buffers()->Get(buffer)->data()));
  }

  const std::vector<std::uint8_t>& file_;
  const schema::Model& root_;
  ModelMap map_;
};

std::optional<ModelMap> survey(const std::vector<std::uint8_t>& file) {
  if (file.size() < 64) return std::nullopt;
  flatbuffers::Verifier verifier(file.data(), file.size(), 16, 100'000);
  if (!verifier.VerifyBuffer<schema::Model>(nullptr)) return std::nullopt;
  return Surveyor(file, *flatbuffers::GetRoot<schema::Model>(file.data())).survey();
}

const Place* any_place(const std::vector<Place>& places, Random& random) {
  if (places.empty()) return nullptr;
  return &places[random.in<std::size_t>(0, static_cast<std::int64_t>(places.size()) - 1)];
}

std::uint32_t word_at(const std::vector<std::uint8_t>& file, std::size_t offset) {
  std::uint32_t word = 0;
  std::memcpy(&word, file.data() + offset, std::min(sizeof word, file.size() - offset));
  return word;
}

void put(std::vector<std::uint8_t>& file, Place place, std::int64_t value) {
  std::memcpy(file.data() + place.offset, &value, std::min({sizeof value, place.bytes, file.size() - place.offset}));
}

std::int64_t interesting(std::uint32_t old, Random& random) {
  switch (random.in(0, 6)) {
    case 0:
      return random.in<std::int64_t>(-3, 16);
    case 1:
      return old + random.in<std::int64_t>(-2, 2);
    case 2:
      return std::int64_t{old} * random.in(2, 3);
    case 3:
      return std::int64_t{1} << random.in(0, 62);
    case 4:
      return random.pick<std::int64_t>({0x7fffffff, -0x80000000LL, 65535, 65536, 0x10000001, -1});
    case 5:
      // As floats: infinity, a number that is none, the smallest, the largest, one.
      return random.pick<std::int64_t>({0x7f800000, 0x7fc00000, 1, 0x7f7fffff, 0x3f800000, 0x80000000});
    default:
      return old ^ (1U << random.in(0, 31));
  }
}

void mutate_numbers(std::vector<std::uint8_t>& file, const std::vector<Place>& places, Random& random) {
  const Place* place = any_place(places, random);
  if (place == nullptr || place->offset >= file.size()) return;
  const Place* other = any_place(places, random);
  if (random.one_in(4)) {
    put(file, *place, word_at(file, other->offset));
  } else {
    put(file, {place->offset, random.one_in(3) ? 1 : place->bytes}, interesting(word_at(file, place->offset), random));
  }
}

/// The same dimension everywhere, so that shapes go on to fit one another.
void rename_dimension(std::vector<std::uint8_t>& file, const ModelMap& map, Random& random) {
  const Place* chosen = any_place(map.shapes, random);
  if (chosen == nullptr) return;
  const std::uint32_t old = word_at(file, chosen->offset);
  const std::int64_t value = interesting(old, random);
  for (const Place& place : map.shapes) {
    if (word_at(file, place.offset) == old) put(file, place, value);
  }
}

void mutate_constant(std::vector<std::uint8_t>& file, const ModelMap& map, Random& random) {
  const Place* place = any_place(map.values, random);
  if (place == nullptr || place->bytes < 4) return;
  const std::size_t word = random.in<std::size_t>(0, static_cast<std::int64_t>(place->bytes / 4) - 1);
  put(file, {place->offset + word * 4, 4}, interesting(word_at(file, place->offset + word * 4), random));
}

/// Damages a segment's payload behind a right checksum (compiler/passes/segment.cpp has its layout).
void mutate_payload(std::vector<std::uint8_t>& file, const ModelMap& map, Random& random) {
  constexpr std::size_t kChecked = 16, kCrc = 12;
  const Place* place = any_place(map.payloads, random);
  if (place == nullptr || place->bytes < kChecked + 4) return;
  const std::size_t offset =
      place->offset + kChecked + random.in<std::size_t>(0, static_cast<std::int64_t>(place->bytes - kChecked) - 1);
  put(file, {offset, random.pick<std::size_t>({1, 2, 4})}, interesting(word_at(file, offset), random));
  std::vector<std::uint32_t> words((place->bytes - kChecked) / 4);
  std::memcpy(words.data(), file.data() + place->offset + kChecked, words.size() * 4);
  put(file, {place->offset + kCrc, 4}, plan::crc32(words));
}

void mutate_stream(std::vector<std::uint8_t>& file, const ModelMap& map, Random& random) {
  const Place* place = any_place(map.streams, random);
  if (place == nullptr || place->bytes < spec::StreamHeader::kWords * 4) return;
  std::vector<std::uint32_t> words(place->bytes / 4);
  std::memcpy(words.data(), file.data() + place->offset, words.size() * 4);
  std::vector<std::uint32_t> changed = words;
  mutate_commands(changed, random);
  changed.resize(words.size());
  seal_stream(changed);
  std::memcpy(file.data() + place->offset, changed.data(), changed.size() * 4);
}

}  // namespace

std::vector<std::uint8_t> random_model_file(Random& random) {
  const auto seed = random.in<std::uint64_t>(1, 1'000'000);
  compiler::Model model =
      random.one_in(3) ? compiler::test::random_network(seed, 4) : compiler::test::random_operator_model(seed);
  if (random.one_in(2)) {
    if (auto compiled = compiler::compile(model)) model = std::move(compiled->model);
  }
  const auto file = compiler::write_tflite(model);
  if (!file) return {};
  std::vector<std::uint8_t> bytes(file->size());
  std::memcpy(bytes.data(), file->data(), bytes.size());
  return bytes;
}

void mutate_model_file(std::vector<std::uint8_t>& file, Random& random) {
  const std::optional<ModelMap> map = survey(file);
  if (!map) return;
  const std::uint32_t way = random.in(0, 9);
  if (way == 0) {
    mutate_payload(file, *map, random);
  } else if (way == 1) {
    mutate_stream(file, *map, random);
  } else if (way == 2) {
    rename_dimension(file, *map, random);
  } else if (way == 3) {
    mutate_numbers(file, map->shapes, random);
  } else if (way == 4) {
    mutate_numbers(file, map->indices, random);
  } else if (way < 7) {
    mutate_constant(file, *map, random);
  } else {
    mutate_numbers(file, map->numbers, random);
  }
}

}  // namespace auklet::test
