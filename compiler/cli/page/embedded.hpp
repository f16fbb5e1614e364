// Files of this folder that the program holds: CMake writes them into embedded.cpp.
#pragma once

#include <string_view>

namespace auklet::app::page {

extern const std::string_view kEnergyTable;  ///< energy_45nm.json

}  // namespace auklet::app::page
