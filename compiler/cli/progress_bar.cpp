#include "progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace auklet::app {
namespace {

constexpr std::chrono::milliseconds kPatience{1000};  // Shorter runs get no bar.
constexpr std::chrono::milliseconds kInterval{100};   // Between two drawings.
constexpr std::size_t kCells = 40;

}  // namespace

ProgressBar::ProgressBar(std::FILE* stream) : stream_(stream), enabled_(isatty(fileno(stream)) != 0) {}

void ProgressBar::update(double share) {
  const Clock::time_point now = Clock::now();
  if (!enabled_ || now - start_ < kPatience || now - drawn_ < kInterval) return;
  drawn_ = now;
  visible_ = true;
  const double bounded = std::clamp(share, 0.0, 1.0);
  const auto cells = static_cast<std::size_t>(bounded * static_cast<double>(kCells));
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stream_, "\r[{}{}] {:3.0f} %  {:.0f} s\x1b[K", std::string(cells, '#'), std::string(kCells - cells, '.'),
             100 * bounded, seconds);
  (void)std::fflush(stream_);  // A bar that cannot be drawn is no error.
}

void ProgressBar::clear() {
  if (!visible_) return;
  fmt::print(stream_, "\r\x1b[K");
  (void)std::fflush(stream_);  // A bar that cannot be drawn is no error.
  visible_ = false;
}

}  // namespace auklet::app
