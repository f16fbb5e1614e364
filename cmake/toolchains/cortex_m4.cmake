# Cortex-M4 without its floating-point unit, bare metal, with Debian's gcc-arm-none-eabi and newlib.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(AUKLET_FIRMWARE_CPU cortex_m4)

set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_ASM_COMPILER arm-none-eabi-gcc)
set(CMAKE_AR arm-none-eabi-ar)
set(CMAKE_RANLIB arm-none-eabi-ranlib)
set(AUKLET_SIZE arm-none-eabi-size)
set(AUKLET_OBJDUMP arm-none-eabi-objdump)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# -Wno-psabi: nothing here was compiled by a GCC before 7.1.
set(cpu "-Wno-psabi -ffunction-sections -fdata-sections -mcpu=cortex-m4 -mthumb -mfloat-abi=soft --specs=nano.specs")
set(CMAKE_C_FLAGS_INIT "${cpu}")
set(CMAKE_ASM_FLAGS_INIT "${cpu}")
set(CMAKE_CXX_FLAGS_INIT "${cpu}")
