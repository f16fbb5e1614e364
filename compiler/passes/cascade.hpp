// Cascades: runs of nodes that are computed stripe by stripe, so that what lies between them never exists whole.
//
// For each stripe of the last node's rows, every node of the run computes just the rows that the nodes behind it need,
// into a block of SRAM that the next stripe uses again. Rows at the stripes' edges that two stripes need are computed
// twice. What the run reads from outside, and the last node's output, are in SRAM whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "program.hpp"
#include "rows.hpp"

namespace auklet::compiler::passes {

class Cascade {
 public:
  /// The run [first, last] in `stripes` stripes of about the same height, or nothing when its nodes cannot be cut into
  /// rows, when something but the last one's output is read behind it, or when the last output has fewer rows.
  [[nodiscard]] static std::optional<Cascade> make(const Program& program, std::uint32_t first, std::uint32_t last,
                                                   std::uint32_t stripes);

  [[nodiscard]] std::uint32_t first() const { return first_; }
  [[nodiscard]] std::uint32_t last() const { return first_ + static_cast<std::uint32_t>(members_.size()) - 1; }
  [[nodiscard]] bool contains(std::uint32_t node) const { return first_ <= node && node <= last(); }
  [[nodiscard]] std::uint32_t stripes() const { return static_cast<std::uint32_t>(members_.front().rows.size()); }

  /// Rows of the node's whole output, and those that it computes in a stripe.
  [[nodiscard]] std::uint32_t height(std::uint32_t node) const { return members_[node - first_].height; }
  [[nodiscard]] Rows rows(std::uint32_t node, std::uint32_t stripe) const {
    return members_[node - first_].rows[stripe];
  }
  /// Most rows of the node's output that a stripe has.
  [[nodiscard]] std::uint32_t held_rows(std::uint32_t node) const;
  /// Rows that the node computes in all stripes.
  [[nodiscard]] std::uint32_t computed_rows(std::uint32_t node) const;
  /// Rows of the operand of use `use` (whole: its own height) that a stripe of the node reads; nothing for an operand
  /// that has no rows.
  [[nodiscard]] std::optional<Rows> rows_read(const Program& program, std::uint32_t node, std::size_t use,
                                              std::uint32_t stripe) const;
  /// Whether a node of the run makes the operand of a use.
  [[nodiscard]] bool produces(const Program& program, std::uint32_t node, std::size_t use) const;
  /// Rows that the operand of a use has, 0 when it is not cut into rows.
  [[nodiscard]] std::uint32_t operand_height(const Program& program, std::uint32_t node, std::size_t use) const;

 private:
  struct Member {
    std::uint32_t height = 0;
    std::vector<Rows> rows;  ///< By stripe.
  };

  bool find_heights(const Program& program);
  [[nodiscard]] bool reads_by_rows(const Program& program) const;
  void need_rows(const Program& program, std::uint32_t stripe, Rows out);

  std::uint32_t first_ = 0;
  std::vector<Member> members_;
};

/// Bytes of one row in SRAM of a buffer of `height` rows that lies in `view` at `pitch`; nothing when rows do not begin
/// where pixels, or whole words of one long row, do.
[[nodiscard]] std::optional<std::uint32_t> row_bytes(const View& view, std::uint32_t pitch, std::uint32_t height);

}  // namespace auklet::compiler::passes
