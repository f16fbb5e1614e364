# RV32IMAC, bare metal, with Debian's gcc-riscv64-unknown-elf and picolibc.
#
# GCC 12 knows Zicsr as a part of the base in -misa-spec=2.2; asked for by name it picks the libraries of RV64. There is no
# C++ library for RISC-V: the freestanding headers of the one for Arm do (libstdc++-arm-none-eabi-dev).
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(AUKLET_FIRMWARE_CPU rv32imac)

set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_AR riscv64-unknown-elf-ar)
set(CMAKE_RANLIB riscv64-unknown-elf-ranlib)
set(AUKLET_SIZE riscv64-unknown-elf-size)
set(AUKLET_OBJDUMP riscv64-unknown-elf-objdump)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(cpu "-ffunction-sections -fdata-sections -march=rv32imac -misa-spec=2.2 -mabi=ilp32 -mcmodel=medany --specs=picolibc.specs")
file(GLOB headers /usr/include/newlib/c++/*)
list(GET headers 0 headers)
set(CMAKE_C_FLAGS_INIT "${cpu}")
set(CMAKE_ASM_FLAGS_INIT "${cpu}")
set(CMAKE_CXX_FLAGS_INIT "${cpu} -nostdinc++ -isystem ${headers} -isystem ${headers}/arm-none-eabi")
