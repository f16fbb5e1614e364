#include <optional>
#include <string>

#include "reader.hpp"

namespace auklet::compiler::frontend {
namespace {

// The verifier only says no. To say where, its checks are repeated from the root downwards, one table at a time, each
// with a fresh verifier: what is entered here has been verified on the line before.
class Diagnosis {
 public:
  explicit Diagnosis(std::span<const std::byte> bytes)
      : data_(reinterpret_cast<const std::uint8_t*>(bytes.data())), size_(bytes.size()) {}

  std::string run() const {
    const flatbuffers::uoffset_t root_offset = verifier().VerifyOffset(0);
    if (root_offset == 0) return "the root offset at byte 0 points outside of the file";
    const std::uint8_t* root_bytes = data_ + root_offset;
    const auto& root_table = *reinterpret_cast<const flatbuffers::Table*>(root_bytes);
    if (!starts_well(root_table)) return "the root table" + at(root_bytes);
    using Model = schema::Model;
    const auto& root = *reinterpret_cast<const Model*>(root_bytes);
    if (!vector_fits(root_table, Model::VT_OPERATOR_CODES)) return "the list of operator codes";
    if (auto bad = first_bad(root.operator_codes(), "operator code")) return *bad;
    if (!vector_fits(root_table, Model::VT_BUFFERS)) return "the list of buffers";
    if (auto bad = first_bad(root.buffers(), "buffer")) return *bad;
    if (!vector_fits(root_table, Model::VT_SUBGRAPHS)) return "the list of subgraphs";
    if (root.subgraphs() != nullptr) {
      for (flatbuffers::uoffset_t i = 0; i < root.subgraphs()->size(); ++i) {
        if (auto bad = bad_subgraph(root.subgraphs()->Get(i))) return "subgraph " + std::to_string(i) + *bad;
      }
    }
    return "the model's description, metadata or signatures";
  }

 private:
  [[nodiscard]] flatbuffers::Verifier verifier() const { return {data_, size_}; }

  [[nodiscard]] bool starts_well(const flatbuffers::Table& table) const {
    flatbuffers::Verifier check = verifier();
    return table.VerifyTableStart(check);
  }

  // Whether the vector of offsets in `field` is absent or lies within the file.
  [[nodiscard]] bool vector_fits(const flatbuffers::Table& table, flatbuffers::voffset_t field) const {
    const flatbuffers::Verifier check = verifier();
    if (!table.VerifyOffset(check, field)) return false;
    return check.VerifyVector(table.GetPointer<const flatbuffers::Vector<flatbuffers::uoffset_t>*>(field));
  }

  template <typename Table>
  [[nodiscard]] bool fails(const Table* table) const {
    flatbuffers::Verifier check = verifier();
    return !table->Verify(check);
  }

  // The first table of a vector that fails; the vector itself has been checked.
  template <typename Table>
  [[nodiscard]] std::optional<std::string> first_bad(const flatbuffers::Vector<flatbuffers::Offset<Table>>* tables,
                                                     const char* what) const {
    if (tables == nullptr) return {};
    for (flatbuffers::uoffset_t i = 0; i < tables->size(); ++i) {
      if (fails(tables->Get(i))) {
        return std::string(what) + " " + std::to_string(i) + at(reinterpret_cast<const std::uint8_t*>(tables->Get(i)));
      }
    }
    return {};
  }

  [[nodiscard]] std::optional<std::string> bad_subgraph(const schema::SubGraph* graph) const {
    if (!fails(graph)) return {};
    const auto& table = *reinterpret_cast<const flatbuffers::Table*>(graph);
    if (!starts_well(table)) return at(reinterpret_cast<const std::uint8_t*>(graph));
    if (!vector_fits(table, schema::SubGraph::VT_TENSORS)) return ", the list of tensors";
    if (auto bad = first_bad(graph->tensors(), "tensor")) return ", " + *bad;
    if (!vector_fits(table, schema::SubGraph::VT_OPERATORS)) return ", the list of operators";
    if (auto bad = first_bad(graph->operators(), "operator")) return ", " + *bad;
    return ", its name, inputs or outputs";
  }

  [[nodiscard]] std::string at(const std::uint8_t* where) const {
    const auto offset = static_cast<std::size_t>(where - data_);
    return " at byte " + std::to_string(offset) + (offset < size_ ? "" : ", which is outside of the file");
  }

  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace

std::string diagnose(std::span<const std::byte> bytes) { return Diagnosis(bytes).run(); }

}  // namespace auklet::compiler::frontend
