# Builds the firmware beside the host's programs, for every processor whose cross compiler is installed:
# firmware/CPU/NAME.elf in the build folder. Included by CMakeLists.txt in builds for the host.
include(ExternalProject)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# The shipped network as C++, and a few of its example inputs.
set(models ${PROJECT_BINARY_DIR}/firmware/models)
set(keyword ${PROJECT_SOURCE_DIR}/models/keyword)
set(cases)
set(case_files)
foreach(case IN ITEMS yes_0 no_1 stop_0 silence_1)
  list(APPEND cases --case ${case} ${keyword}/inputs/${case}.bin -- ${keyword}/expected/${case}.bin)
  list(APPEND case_files ${keyword}/inputs/${case}.bin ${keyword}/expected/${case}.bin)
endforeach()
add_custom_command(OUTPUT ${models}/keyword.cpp ${models}/keyword.hpp
  COMMAND auklet compile ${keyword}/keyword.tflite --emit cpp -o ${models}
  DEPENDS auklet ${keyword}/keyword.tflite
  VERBATIM)
add_custom_command(OUTPUT ${models}/keyword_cases.hpp
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/embed.py keyword --output ${models}/keyword_cases.hpp
          --labels ${keyword}/labels.txt ${cases}
  DEPENDS embed.py ${keyword}/labels.txt ${case_files}
  VERBATIM)
add_custom_target(firmware_models DEPENDS ${models}/keyword.cpp ${models}/keyword_cases.hpp)

# auklet_firmware_build(CPU COMPILER): target firmware_CPU.
function(auklet_firmware_build cpu compiler)
  find_program(AUKLET_${cpu}_COMPILER ${compiler})
  if(NOT AUKLET_${cpu}_COMPILER)
    message(STATUS "No ${compiler}: firmware for ${cpu} is left out")
    return()
  endif()
  ExternalProject_Add(firmware_${cpu}
    SOURCE_DIR ${PROJECT_SOURCE_DIR}
    BINARY_DIR ${PROJECT_BINARY_DIR}/firmware/${cpu}
    PREFIX ${PROJECT_BINARY_DIR}/firmware/${cpu}-stamps
    CMAKE_ARGS -DCMAKE_TOOLCHAIN_FILE=${PROJECT_SOURCE_DIR}/cmake/toolchains/${cpu}.cmake -DCMAKE_BUILD_TYPE=MinSizeRel
               -DAUKLET_WERROR=${AUKLET_WERROR} -DAUKLET_MODELS=${models} -DAUKLET_CALL_GRAPHS=ON
    INSTALL_COMMAND ""
    BUILD_ALWAYS ON
    DEPENDS firmware_models)
  set_property(GLOBAL APPEND PROPERTY AUKLET_FIRMWARE_CPUS ${cpu})
endfunction()

auklet_firmware_build(rv32imac riscv64-unknown-elf-gcc)
auklet_firmware_build(cortex_m4 arm-none-eabi-gcc)
