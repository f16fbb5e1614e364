#include "kernel_text.hpp"

#include <algorithm>
#include <optional>

#include "text.hpp"

namespace auklet::compiler::emit {
namespace {

// `view<std::int8_t, 490>(arena, 512)`
std::string view_text(std::string_view type, std::size_t count, std::size_t offset) {
  return fill("view<$, $>(arena, $)", {std::string(type), std::to_string(count), std::to_string(offset)});
}

// Where the tensors of one operator are.
class OperatorWriter : public exec::CallWriter {
 public:
  OperatorWriter(const Translation& translation, const CppCalls& calls, ConstantPool& constants)
      : translation_(translation), calls_(calls), constants_(constants) {}

  std::string operand(exec::Side side, std::size_t index, std::string_view type, std::size_t size) override {
    const Operator& op = *calls_.op;
    const std::int32_t tensor = side == exec::Side::kOutput ? op.outputs[index] : op.input(index);
    if (tensor == kAbsent) return "{}";
    const Tensor& of = calls_.graph->tensor(tensor);
    if (of.is_constant) {
      const std::string name = constants_.tensor(*calls_.graph, tensor);
      const bool bytes = type == "const std::byte" && !element_type(of.type).empty();
      return bytes ? fill("std::as_bytes(std::span($))", {name}) : name;
    }
    if (const auto number = translation_.variables.find(*calls_.graph, tensor)) {
      const std::size_t offset = translation_.arena.offset_of(ArenaBlock::Kind::kVariable, *number);
      return view_text(type, translation_.variables.sizes()[*number] / size, offset);
    }
    return view_text(type, of.bytes() / size, translation_.arena.of_tensor(tensor));
  }

  std::string array(std::string_view type, std::size_t count, std::string_view elements, std::size_t bytes) override {
    return constants_.array(type, count, elements, bytes);
  }

 private:
  const Translation& translation_;
  const CppCalls& calls_;
  ConstantPool& constants_;
};

// The call on one line, or with a line or more for each argument.
std::string call_text(const exec::KernelCall& call, exec::CallWriter& writer, std::size_t column) {
  constexpr std::size_t kColumns = 118;
  constexpr std::size_t kIndentation = 6;
  std::string arguments;
  std::string lines;
  for (const std::string& argument : call.write_arguments(writer)) {
    arguments += (arguments.empty() ? "" : ", ") + argument;
    lines += (lines.empty() ? "\n" : ",\n") + wrapped(argument, kIndentation);
  }
  const std::string name = "kernels::reference::" + call.function;
  const bool fits = column + name.size() + arguments.size() <= kColumns;
  return name + "(" + (fits ? arguments : lines) + ")";
}

// All bytes of `bytes` are the same; none are of an empty one.
bool is_uniform(std::span<const std::byte> bytes) {
  return !bytes.empty() && std::ranges::all_of(bytes, [&](std::byte b) { return b == bytes[0]; });
}

std::string fill_text(std::size_t count, std::size_t offset, std::byte value, const std::string& what) {
  return fill("  std::ranges::fill($, std::byte{$});  // $\n",
              {view_text("std::byte", count, offset), std::to_string(std::to_integer<int>(value)), what});
}

}  // namespace

std::string ConstantPool::tensor(const Graph& graph, std::int32_t index) {
  const auto [entry, is_new] = tensors_.try_emplace({&graph, index});
  if (!is_new) return entry->second;
  const Tensor& tensor = graph.tensor(index);
  const std::string_view type = element_type(tensor.type);
  text_ += "// " + plain_name(tensor.name) + "\n";
  entry->second = type.empty() ? array("std::byte", tensor.bytes(), literals(tensor), tensor.bytes())
                               : array(type, tensor.elements(), literals(tensor), tensor.bytes());
  return entry->second;
}

std::string ConstantPool::array(std::string_view type, std::size_t count, std::string_view elements,
                                std::size_t bytes) {
  std::string name = "kConstant" + std::to_string(count_++);
  text_ += array_text(type, name, count, elements);
  bytes_ += bytes;
  return name;
}

std::string KernelText::statements(const CppCalls& calls) {
  OperatorWriter writer(translation_, calls, constants_);
  std::string text;
  for (const exec::KernelCall& call : calls.calls) {
    headers_.insert(call.header);
    text +=
        fill("  status = $;\n  if (status != kernels::Status::kOk) return status;\n", {call_text(call, writer, 11)});
  }
  return text;
}

std::string KernelText::add_step(std::size_t step) {
  const CppCalls& calls = translation_.steps[step].kernels;
  std::string name = "run" + std::to_string(step);
  functions_ += fill("// $: $\nkernels::Status $(std::span<std::byte> arena) {\n",
                     {calls.op->name(), translation_.steps[step].name, name});
  if (calls.calls.size() == 1) {
    OperatorWriter writer(translation_, calls, constants_);
    headers_.insert(calls.calls[0].header);
    functions_ += fill("  return $;\n}\n\n", {call_text(calls.calls[0], writer, 9)});
  } else {
    functions_ += "  kernels::Status status{};\n" + statements(calls) + "  return status;\n}\n\n";
  }
  return name;
}

// An ASSIGN_VARIABLE of a constant, or a VAR_HANDLE.
std::string KernelText::initial_text(const CppCalls& calls) {
  if (calls.calls.empty()) return "";
  const Tensor& value = calls.graph->tensor(calls.op->inputs[1]);
  const auto number = translation_.variables.find(*calls.graph, calls.op->inputs[0]);
  if (!number || !is_uniform(value.data)) return statements(calls);
  return fill_text(value.bytes(), translation_.arena.offset_of(ArenaBlock::Kind::kVariable, *number), value.data[0],
                   plain_name(value.name));
}

std::string KernelText::add_reset() {
  std::string body;
  for (const ArenaBlock& block : translation_.arena.blocks) {
    if (block.kind != ArenaBlock::Kind::kTensor) continue;
    const Tensor& tensor = translation_.graph.tensors[block.index];
    if (!tensor.is_variable) continue;
    const bool has_zero_point = tensor.type == TensorType::kInt8 && tensor.quantization.present();
    const auto value = static_cast<std::byte>(has_zero_point ? tensor.quantization.zero_point() : 0);
    body += fill_text(tensor.bytes(), block.offset, value, plain_name(tensor.name));
  }
  for (const CppCalls& calls : translation_.initial) body += initial_text(calls);
  if (body.empty()) return "nullptr";
  functions_ += fill(
      "kernels::Status reset_variables(std::span<std::byte> arena) {\n  kernels::Status status{};\n$"
      "  return status;\n}\n\n",
      {body});
  return "reset_variables";
}

}  // namespace auklet::compiler::emit
