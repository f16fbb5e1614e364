#include "vectors.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace auklet::kernels::test {
namespace {

template <class T>
constexpr const char* kTypeName = nullptr;
template <>
constexpr const char* kTypeName<std::int8_t> = "int8";
template <>
constexpr const char* kTypeName<std::uint8_t> = "uint8";
template <>
constexpr const char* kTypeName<std::int32_t> = "int32";
template <>
constexpr const char* kTypeName<float> = "float32";

std::size_t type_bytes(const std::string& type) { return type == "int32" || type == "float32" ? 4 : 1; }

// The rest of a line as type and dimensions.
Array read_array(std::istringstream& words) {
  Array array;
  words >> array.type;
  std::int32_t dimension = 0;
  while (words >> dimension) array.shape.dims.at(static_cast<std::size_t>(array.shape.rank++)) = dimension;
  return array;
}

}  // namespace

template <class T>
std::vector<T> Array::as() const {
  if (type != kTypeName<T>) throw std::runtime_error("array is " + type + ", not " + kTypeName<T>);
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

Vectors::Vectors(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!std::getline(file, line) || line != "auklet-vectors 1") throw std::runtime_error(path.string() + ": no vectors");
  std::vector<std::string> order;
  while (std::getline(file, line) && line != "end") {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    words >> kind >> name;
    if (kind == "operator") op_ = name;
    if (kind == "option") words >> options_[name];
    if (kind == "tensor") tensors_[name] = read_array(words);
    if (kind == "array") {
      arrays_[name] = read_array(words);
      order.push_back(name);
      if (name.starts_with("case")) cases_ = std::max(cases_, std::stoi(name.substr(4)) + 1);
    }
  }
  for (const std::string& name : order) {
    Array& array = arrays_[name];
    array.bytes.resize(static_cast<std::size_t>(element_count(array.shape)) * type_bytes(array.type));
    file.read(reinterpret_cast<char*>(array.bytes.data()), static_cast<std::streamsize>(array.bytes.size()));
  }
  if (!file || file.peek() != std::ifstream::traits_type::eof())
    throw std::runtime_error(path.string() + ": cut short");
}

std::vector<float> Vectors::scales(const std::string& role) const { return arrays_.at(role + ".scale").as<float>(); }

std::int32_t Vectors::zero_point(const std::string& role) const {
  const auto found = arrays_.find(role + ".zero_point");
  return found == arrays_.end() ? 0 : found->second.as<std::int32_t>().at(0);
}

template <class T>
std::vector<T> Vectors::data(int number, const std::string& role) const {
  const auto found = arrays_.find("case" + std::to_string(number) + "." + role);
  return (found == arrays_.end() ? arrays_.at(role + ".data") : found->second).as<T>();
}

template std::vector<std::int8_t> Vectors::data(int, const std::string&) const;
template std::vector<std::uint8_t> Vectors::data(int, const std::string&) const;
template std::vector<std::int32_t> Vectors::data(int, const std::string&) const;
template std::vector<float> Vectors::data(int, const std::string&) const;

std::vector<std::filesystem::path> list_vectors(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(directory)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".vec") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace auklet::kernels::test
