#include <auklet/compiler/sha256.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace auklet::compiler::test {
namespace {

std::string digest(std::string_view text) { return sha256(std::as_bytes(std::span(text))); }

// The examples that NIST publishes for FIPS 180-4, and the empty message.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace auklet::compiler::test
