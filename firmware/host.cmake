# Builds the firmware beside the host's programs, for every processor whose cross compiler is installed.
include(ExternalProject)

# auklet_firmware_build(CPU compiler)
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
               -DAUKLET_WERROR=${AUKLET_WERROR}
    INSTALL_COMMAND ""
    BUILD_ALWAYS ON
    USES_TERMINAL_BUILD OFF)
endfunction()

auklet_firmware_build(rv32imac riscv64-unknown-elf-gcc)
auklet_firmware_build(cortex_m4 arm-none-eabi-gcc)
