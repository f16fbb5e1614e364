// Writes the C++ code of a model that was not compiled, so that every operator is a call of its CPU kernel:
//
//   emit_uncompiled MODEL NAME FOLDER
#include <auklet/compiler/emit_cpp.hpp>
#include <auklet/compiler/frontend.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string name = argv[2];
  const auto model = auklet::compiler::read_tflite_file(argv[1]);
  const auto code = model ? auklet::compiler::write_cpp(*model, {.name = name, .source = argv[1], .command = argv[0]})
                          : tl::unexpected(model.error());
  if (!code) {
    std::cerr << code.error().message << '\n';
    return 1;
  }
  const std::filesystem::path folder = argv[3];
  std::ofstream(folder / (name + ".hpp")) << code->header;
  std::ofstream(folder / (name + ".cpp")) << code->source;
  return 0;
}
