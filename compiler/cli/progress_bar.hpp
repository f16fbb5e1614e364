// A progress bar for people who wait.
#pragma once

#include <chrono>
#include <cstdio>

namespace auklet::app {

/// Draws on one line of a terminal; draws nothing where the stream is none, or while the run is short. Not thread-safe.
class ProgressBar {
 public:
  /// `stream` stays the caller's.
  explicit ProgressBar(std::FILE* stream);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `share` of the work is done, 0 to 1.
  void update(double share);
  /// Takes the bar off the line.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::FILE* stream_;
  bool enabled_;
  bool visible_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
};

}  // namespace auklet::app
