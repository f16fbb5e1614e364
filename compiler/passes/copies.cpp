#include "copies.hpp"

#include <algorithm>

namespace auklet::compiler::passes {
namespace {

// Axes innermost first, as they are found.
struct Block {
  std::uint32_t to = 0;
  std::uint32_t from = 0;
  std::vector<plan::CopyAxis> axes;
};

std::int32_t step(std::uint32_t from, std::uint32_t to) {
  return static_cast<std::int32_t>(std::int64_t{to} - std::int64_t{from});
}

bool same(const std::vector<plan::CopyAxis>& a, const std::vector<plan::CopyAxis>& b) {
  return std::ranges::equal(a, b, [](const plan::CopyAxis& x, const plan::CopyAxis& y) {
    return x.extent == y.extent && x.from_step == y.from_step && x.to_step == y.to_step;
  });
}

// The length of the longest even run from blocks[at] on.
std::size_t run_length(const std::vector<Block>& blocks, std::size_t at) {
  std::size_t end = at + 1;
  if (end == blocks.size() || !same(blocks[at].axes, blocks[end].axes)) return 1;
  const std::int32_t to_step = step(blocks[at].to, blocks[end].to);
  const std::int32_t from_step = step(blocks[at].from, blocks[end].from);
  while (end < blocks.size() && same(blocks[at].axes, blocks[end].axes) &&
         step(blocks[end - 1].to, blocks[end].to) == to_step &&
         step(blocks[end - 1].from, blocks[end].from) == from_step) {
    ++end;
  }
  return end - at;
}

// Joins even runs of blocks into blocks of one more axis; blocks without neighbours stay as they are.
std::vector<Block> join(const std::vector<Block>& blocks) {
  std::vector<Block> joined;
  for (std::size_t at = 0; at < blocks.size();) {
    const std::size_t length = run_length(blocks, at);
    Block block = blocks[at];
    if (length > 1) {
      block.axes.push_back({static_cast<std::uint32_t>(length), step(blocks[at].from, blocks[at + 1].from),
                            step(blocks[at].to, blocks[at + 1].to)});
    }
    joined.push_back(std::move(block));
    at += length;
  }
  return joined;
}

}  // namespace

std::vector<plan::CopyOp> copies_of(std::span<const Move> moves, std::size_t most_axes) {
  std::vector<Block> blocks;
  blocks.reserve(moves.size());
  for (const Move& move : moves) blocks.push_back({move.to, move.from, {}});
  for (std::size_t axis = 0; axis < most_axes; ++axis) {
    std::vector<Block> joined = join(blocks);
    if (joined.size() == blocks.size()) break;
    blocks = std::move(joined);
  }
  std::vector<plan::CopyOp> copies;
  copies.reserve(blocks.size());
  for (const Block& block : blocks) {
    plan::CopyOp copy;
    copy.from_offset = block.from;
    copy.to_offset = block.to;
    std::ranges::reverse_copy(block.axes, copy.axes.end() - static_cast<std::ptrdiff_t>(block.axes.size()));
    copies.push_back(copy);
  }
  return copies;
}

std::vector<plan::CopyOp> copies_of(std::span<const std::uint32_t> from) {
  std::vector<Move> moves;
  moves.reserve(from.size());
  for (const std::uint32_t index : from) moves.push_back({static_cast<std::uint32_t>(moves.size()), index});
  return copies_of(moves);
}

}  // namespace auklet::compiler::passes
