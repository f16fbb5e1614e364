// Files of this folder that the program holds: CMake writes them into embedded.cpp.
#pragma once

#include <span>
#include <string_view>

namespace auklet::app::page {

extern const std::string_view kTemplate;      ///< page.html
extern const std::string_view kStyle;         ///< page.css
extern const std::string_view kEnergyTable;   ///< energy_45nm.json
extern const std::string_view kResultsShape;  ///< results_shape.json
/// The scripts, in the order in which they run: each is below the 64 KiB that every compiler takes as a literal.
extern const std::span<const std::string_view> kScripts;

}  // namespace auklet::app::page
