#include "probe.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace auklet::compiler::passes {
namespace {

// Bytes of one operator's inputs and outputs that are looked at one by one. Beyond it the file, however short, would
// decide how much memory and time the compiler takes; what an NPU with little SRAM is good for ends long before.
constexpr std::size_t kMostBytes = std::size_t{1} << 22;

Outcome unsupported(std::string reason) { return fail(ErrorCode::kUnsupported, std::move(reason)); }

Result<exec::Evaluate> prepared(const exec::Context& context) {
  const exec::Prepare prepare = exec::find_prepare(context.op.code);
  if (prepare == nullptr) return fail(ErrorCode::kUnsupported, "has no kernel that could tell what it does");
  return prepare(context);
}

// A byte of a number.
std::byte byte_of(std::size_t number, std::size_t place) {
  return static_cast<std::byte>(number >> (8 * place) & 0xFF);
}

// Runs of an operator on made-up values of the inputs that it moves.
class Mover {
 public:
  Mover(const exec::Context& context, std::span<const std::size_t> moved, exec::Evaluate evaluate)
      : context_(context), moved_(moved), evaluate_(std::move(evaluate)), values_(context.op.inputs.size()) {
    for (const std::size_t i : moved_) values_[i].resize(context_.in(i).bytes());
    for (std::size_t i = 0; i < context_.op.outputs.size(); ++i) outputs_.emplace_back(context_.out(i).bytes());
  }

  // Outputs where byte j of all moved inputs is value(j).
  template <typename Value>
  Result<std::vector<std::vector<std::byte>>> run(Value value) {
    std::size_t at = 0;
    for (const std::size_t i : moved_) {
      for (std::byte& byte : values_[i]) byte = value(at++);
    }
    std::vector<std::span<const std::byte>> inputs;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const bool made_up = std::ranges::find(moved_, i) != moved_.end();
      const std::span<const std::byte> constant =
          context_.has(i) ? std::span<const std::byte>(context_.in(i).data) : std::span<const std::byte>();
      inputs.push_back(made_up ? std::span<const std::byte>(values_[i]) : constant);
    }
    const std::vector<std::span<std::byte>> variables(inputs.size());
    std::vector<std::span<std::byte>> outputs(outputs_.begin(), outputs_.end());
    const kernels::Status status = evaluate_({inputs, variables, outputs});
    if (status != kernels::Status::kOk) {
      std::string why = kernels::describe(status);
      why.pop_back();  // The full stop.
      return fail(ErrorCode::kUnsupported, "is refused by its kernel: " + why);
    }
    return outputs_;
  }

 private:
  const exec::Context& context_;
  std::span<const std::size_t> moved_;
  exec::Evaluate evaluate_;
  std::vector<std::vector<std::byte>> values_;
  std::vector<std::vector<std::byte>> outputs_;
};

}  // namespace

Result<ByteTable> table_of(const exec::Context& context) {
  // The same operator on one element.
  Graph graph;
  graph.tensors = {context.in(0), context.out()};
  for (Tensor& tensor : graph.tensors) {
    tensor.shape = {1};
    tensor.is_constant = false;
    tensor.data = {};
  }
  Operator op = context.op;
  op.inputs = {0};
  op.outputs = {1};
  const auto evaluate = prepared({graph, op});
  if (!evaluate) return tl::unexpected(evaluate.error());
  ByteTable table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::array in{byte_of(i, 0)};
    const std::array<std::span<const std::byte>, 1> inputs{in};
    const std::array<std::span<std::byte>, 1> variables{};
    const std::array<std::span<std::byte>, 1> outputs{std::span(table).subspan(i, 1)};
    if ((*evaluate)({inputs, variables, outputs}) != kernels::Status::kOk) {
      return fail(ErrorCode::kUnsupported, "refuses some values of its input, which a table cannot");
    }
  }
  return table;
}

Result<std::vector<ByteMap>> byte_maps_of(const exec::Context& context, std::span<const std::size_t> moved) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < context.op.inputs.size(); ++i) {
    if (std::ranges::find(moved, i) != moved.end()) {
      bytes += context.in(i).bytes();
    } else if (context.has(i) && !context.in(i).is_constant) {
      return tl::unexpected(unsupported("takes " + context.in_name(i) + ", which is computed").error());
    }
  }
  std::size_t looked_at = bytes;
  for (std::size_t i = 0; i < context.op.outputs.size(); ++i) looked_at += context.out(i).bytes();
  if (looked_at > kMostBytes) {
    return tl::unexpected(unsupported("moves " + std::to_string(looked_at) + " bytes; up to " +
                                      std::to_string(kMostBytes) + " are looked at")
                              .error());
  }
  auto evaluate = prepared(context);
  if (!evaluate) return tl::unexpected(evaluate.error());
  Mover mover(context, moved, std::move(*evaluate));
  // What stays the same when every input byte is inverted was not moved. The index of the others follows place by
  // place.
  const auto plain = mover.run([](std::size_t j) { return byte_of(j, 0); });
  if (!plain) return tl::unexpected(plain.error());
  const auto inverted = mover.run([](std::size_t j) { return ~byte_of(j, 0); });
  if (!inverted) return tl::unexpected(inverted.error());
  std::vector<ByteMap> maps(plain->size());
  for (std::size_t k = 0; k < maps.size(); ++k) {
    const std::vector<std::byte>& values = (*plain)[k];
    maps[k].fill = values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool fill = values[i] == (*inverted)[k][i];
      maps[k].from.push_back(fill ? ByteMap::kFill : std::to_integer<std::uint32_t>(values[i]));
    }
  }
  for (std::size_t place = 1; place < sizeof(std::uint32_t) && bytes >> (8 * place) != 0; ++place) {
    const auto values = mover.run([place](std::size_t j) { return byte_of(j, place); });
    if (!values) return tl::unexpected(values.error());
    for (std::size_t k = 0; k < maps.size(); ++k) {
      for (std::size_t i = 0; i < maps[k].from.size(); ++i) {
        if (maps[k].from[i] == ByteMap::kFill) continue;
        maps[k].from[i] |= std::to_integer<std::uint32_t>((*values)[k][i]) << (8 * place);
      }
    }
  }
  // A kernel that changes bytes on the way would not pass this.
  const auto mixed = [](std::size_t j) { return byte_of(j * 2654435761U + (j >> 7), 1); };
  const auto values = mover.run(mixed);
  if (!values) return tl::unexpected(values.error());
  for (std::size_t k = 0; k < maps.size(); ++k) {
    for (std::size_t i = 0; i < maps[k].from.size(); ++i) {
      const std::uint32_t from = maps[k].from[i];
      const bool moves =
          from == ByteMap::kFill ? (*values)[k][i] == maps[k].fill[i] : from < bytes && (*values)[k][i] == mixed(from);
      if (!moves) return tl::unexpected(unsupported("changes the bytes that it moves").error());
    }
  }
  return maps;
}

}  // namespace auklet::compiler::passes
