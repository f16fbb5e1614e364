// A failure as text, without a library.
#include <auklet/conformance/conformance.hpp>

namespace auklet::conformance {
namespace {

/// Appends to a text that is cut off where it does not fit.
class Writer {
 public:
  explicit Writer(std::span<char> text) : text_(text) {}

  Writer& operator<<(const char* part) {
    for (; *part != '\0'; ++part) put(*part);
    return *this;
  }
  Writer& decimal(std::uint32_t value) {
    std::uint32_t unit = 1;
    while (value / unit >= 10) unit *= 10;
    for (; unit != 0; unit /= 10) put(static_cast<char>('0' + value / unit % 10));
    return *this;
  }
  Writer& hexadecimal(std::uint64_t value) {
    *this << "0x";
    int digit = 15;
    while (digit > 0 && value >> (4 * digit) == 0) --digit;
    for (; digit >= 0; --digit) put("0123456789abcdef"[value >> (4 * digit) & 15]);
    return *this;
  }
  /// Ends the text.
  std::size_t finish() {
    if (!text_.empty()) text_[length_] = '\0';
    return length_;
  }

 private:
  void put(char c) {
    if (length_ + 1 < text_.size()) text_[length_++] = c;
  }

  std::span<char> text_;
  std::size_t length_ = 0;
};

}  // namespace

std::size_t describe(const Check& check, const Failure& failure, std::span<char> text) noexcept {
  Writer writer(text);
  writer << check.area << "." << check.name << ": " << failure.what;
  if (failure.where[0] != '\0') (writer << ", " << failure.where << " [").decimal(failure.index) << "]";
  (writer << ": expected ").hexadecimal(failure.expected);
  (writer << ", got ").hexadecimal(failure.got);
  return writer.finish();
}

}  // namespace auklet::conformance
