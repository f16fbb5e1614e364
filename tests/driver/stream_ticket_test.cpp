// A stream that was found good is not checked again for the same device, place and windows, and for no others.
#include <gtest/gtest.h>

#include <auklet/npu/types.hpp>

#include "queue_fixture.hpp"

namespace auklet::test {
namespace {

using npu::Access;
using npu::Status;
using npu::StreamTicket;
using npu::Window;
using Windows = std::array<Window, spec::kWindowCount>;

TEST(StreamTicket, CoversWhatItRemembersAlone) {
  const std::array<std::uint32_t, 8> words{};
  const std::array<std::uint32_t, 8> others{};
  const npu::Configuration device{.macs = 256};
  Windows windows{};
  windows[1] = {0x1000, 64, Access::kRead};
  StreamTicket ticket;
  EXPECT_FALSE(ticket.covers(words, device, windows)) << "nothing was found good yet";
  EXPECT_FALSE(ticket.covers({}, npu::Configuration{}, Windows{})) << "nor was nothing";
  ticket.remember(words, device, windows);
  EXPECT_TRUE(ticket.covers(words, device, windows));
  EXPECT_FALSE(ticket.covers(others, device, windows)) << "another place";
  EXPECT_FALSE(ticket.covers(std::span(words).first(4), device, windows)) << "another length";
  EXPECT_FALSE(ticket.covers(words, {.macs = 64}, windows)) << "another device";
  windows[1].base = 0x2000;
  EXPECT_TRUE(ticket.covers(words, device, windows)) << "a stream names no addresses";
  windows[1].size = 63;
  EXPECT_FALSE(ticket.covers(words, device, windows)) << "another size";
  windows[1] = {0x1000, 64, Access::kReadWrite};
  EXPECT_FALSE(ticket.covers(words, device, windows)) << "other rights";
}

using Tickets = QueueFixture;

TEST_F(Tickets, ARepeatedJobIsCheckedOnce) {
  open(npu::Completion::kInterrupt);
  StreamTicket ticket;
  npu::Job checked = job();
  checked.ticket = &ticket;
  script_windows();
  script_start(kLastTag + 1);
  npu::JobTag tag = 0;
  ASSERT_EQ(queue.submit(checked, tag), Status::kOk);
  script_acknowledge(kDone);
  script_success(tag);
  ASSERT_TRUE(queue.on_interrupt());
  ASSERT_EQ(queue.poll(tag, result), Status::kOk);
  stream.back() ^= 1;  // The caller has promised not to: so it shows whether anybody looks.
  EXPECT_EQ(queue.submit(job(), tag), Status::kStreamChecksum) << "without a ticket";
  buffers[0].size = 48;
  EXPECT_EQ(queue.submit(checked, tag), Status::kStreamChecksum) << "with another window";
  buffers[0].size = 64;
  script_start(kLastTag + 2);
  EXPECT_EQ(queue.submit(checked, tag), Status::kOk) << "with the ticket";
  bus.finished();
}

}  // namespace
}  // namespace auklet::test
