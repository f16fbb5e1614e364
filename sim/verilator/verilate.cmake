# auklet_verilate(NAME RTL_TOP top FILE_LIST list SOURCES rtl... [COVERS sv...] PARAMETERS NAME=value...)
#
# Verilates one set of parameters into an imported static library NAME, class V<NAME>. Not Verilator's own verilate():
# that compiles with the build's compiler, while clang makes the model several times faster than g++ (their objects mix),
# and it verilates at configure time.

find_program(AUKLET_VERILATOR_EXECUTABLE verilator)
if(AUKLET_VERILATOR_EXECUTABLE)
  find_program(AUKLET_MAKE NAMES gmake make REQUIRED DOC "What Verilator's makefiles are for")
endif()
find_program(AUKLET_SIM_CXX NAMES clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14 clang++
  DOC "Compiler of the verilated C++")
if(NOT AUKLET_SIM_CXX)
  set(AUKLET_SIM_CXX ${CMAKE_CXX_COMPILER})
endif()

option(AUKLET_TRACE "Compile waveform tracing into the verilated models" ON)
option(AUKLET_NATIVE "Compile the verilated models for this machine's processor" ON)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  option(AUKLET_RTL_ASSERTIONS "Check the RTL's assertions during simulation" ON)
else()
  option(AUKLET_RTL_ASSERTIONS "Check the RTL's assertions during simulation" OFF)
endif()

set(AUKLET_RTL_COVERAGE OFF CACHE STRING "Count how often the RTL's LINES and cover properties are met; with TOGGLES, a
lot slower, signals' too; or OFF")
set_property(CACHE AUKLET_RTL_COVERAGE PROPERTY STRINGS OFF LINES TOGGLES)

# --x-initial unique: what has no reset starts at zero, or at random values of a seed given at run time.
# -fno-dfg: that pass takes expressions out of the `if` that keeps idle units from being evaluated.
set(AUKLET_VERILATOR_FLAGS --cc -O3 -fno-dfg --x-assign fast --x-initial unique
  --unroll-count 64 --unroll-stmts 200000 -Wno-fatal
  $<$<BOOL:${AUKLET_TRACE}>:--trace-fst> $<$<BOOL:${AUKLET_RTL_ASSERTIONS}>:--assert>)
if(AUKLET_RTL_COVERAGE)
  # Counters make functions that clang optimises for minutes: many short ones, and those that run once not at all.
  # 640 bits are a whole command: --coverage-max-width.
  list(APPEND AUKLET_VERILATOR_FLAGS --coverage-line --coverage-user --output-split 30000 --output-split-cfuncs 5000)
  if(AUKLET_RTL_COVERAGE STREQUAL "TOGGLES")
    list(APPEND AUKLET_VERILATOR_FLAGS --coverage-toggle --coverage-max-width 640)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    set(AUKLET_SIM_GROUP_TOGGLES ${CMAKE_CURRENT_LIST_DIR}/group_toggles.py)
  endif()
  set(AUKLET_SIM_OPTIMISE -O1)
  set(AUKLET_SIM_OPTIMISE_SLOW -O0)
  set(AUKLET_SIM_MAKE_FLAGS -j2)
else()
  list(APPEND AUKLET_VERILATOR_FLAGS --output-split 0)
  set(AUKLET_SIM_OPTIMISE -O2)
  set(AUKLET_SIM_OPTIMISE_SLOW -O1)
  set(AUKLET_SIM_MAKE_FLAGS)
endif()
set(AUKLET_SIM_OBSERVE ${CMAKE_CURRENT_LIST_DIR}/observe.vlt)
set(AUKLET_SIM_PRELUDE ${CMAKE_CURRENT_LIST_DIR}/sign_extension.hpp)
set(AUKLET_SIM_CXX_FLAGS "-std=c++20 -fPIC -include ${AUKLET_SIM_PRELUDE}")
if(AUKLET_NATIVE)
  string(APPEND AUKLET_SIM_CXX_FLAGS " -march=native")
endif()
set(AUKLET_SIM_EXTRA_FLAGS "" CACHE STRING "More compiler flags for the verilated models")
string(APPEND AUKLET_SIM_CXX_FLAGS " ${AUKLET_SIM_EXTRA_FLAGS}")

if(AUKLET_VERILATOR_EXECUTABLE AND NOT AUKLET_VERILATOR_ROOT)
  execute_process(COMMAND ${AUKLET_VERILATOR_EXECUTABLE} --getenv VERILATOR_ROOT OUTPUT_VARIABLE root
    OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(AUKLET_VERILATOR_ROOT ${root} CACHE PATH "Verilator's include files")
endif()

# Verilator's run-time library, once for all models.
function(auklet_verilator_runtime name)
  set(include ${AUKLET_VERILATOR_ROOT}/include)
  add_library(${name} STATIC ${include}/verilated.cpp ${include}/verilated_threads.cpp
    $<$<BOOL:${AUKLET_TRACE}>:${include}/verilated_fst_c.cpp>
    $<$<BOOL:${AUKLET_RTL_COVERAGE}>:${include}/verilated_cov.cpp>)
  # Only what is built here needs them: an installed model is behind headers of its own.
  target_include_directories(${name} SYSTEM PUBLIC $<BUILD_INTERFACE:${include}> $<BUILD_INTERFACE:${include}/vltstd>)
  set(definitions VM_COVERAGE=$<BOOL:${AUKLET_RTL_COVERAGE}>
                  AUKLET_RTL_TOGGLES=$<STREQUAL:${AUKLET_RTL_COVERAGE},TOGGLES> VM_SC=0 VM_TRACE_VCD=0
                  VM_TRACE=$<BOOL:${AUKLET_TRACE}> VM_TRACE_FST=$<BOOL:${AUKLET_TRACE}>)
  target_compile_definitions(${name} PUBLIC "$<BUILD_INTERFACE:${definitions}>")
  # Not our code: its FST writer stores to unaligned addresses.
  target_compile_options(${name} PRIVATE -w -O2 -fno-sanitize=undefined)
  find_package(Threads REQUIRED)
  target_link_libraries(${name} PUBLIC Threads::Threads)
  if(AUKLET_TRACE)
    find_package(ZLIB REQUIRED)
    target_link_libraries(${name} PRIVATE ZLIB::ZLIB)
  endif()
  auklet_install(${name} verilator_runtime)
endfunction()

function(auklet_verilate name)
  cmake_parse_arguments(ARG "" "RTL_TOP;FILE_LIST" "SOURCES;COVERS;PARAMETERS" ${ARGN})
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/V${name})
  set(makefile ${directory}/V${name}.mk)
  set(archive ${directory}/V${name}__ALL.a)
  list(TRANSFORM ARG_PARAMETERS PREPEND -G)
  set(group_toggles)
  if(AUKLET_SIM_GROUP_TOGGLES)
    set(group_toggles COMMAND ${Python3_EXECUTABLE} ${AUKLET_SIM_GROUP_TOGGLES} ${directory})
    list(APPEND ARG_SOURCES ${AUKLET_SIM_GROUP_TOGGLES})
  endif()

  add_custom_command(OUTPUT ${makefile} ${directory}/V${name}.h
    COMMAND ${AUKLET_VERILATOR_EXECUTABLE} ${AUKLET_VERILATOR_FLAGS} --Mdir ${directory} --prefix V${name}
      --top-module ${ARG_RTL_TOP} ${ARG_PARAMETERS} ${AUKLET_SIM_OBSERVE} -f ${ARG_FILE_LIST} ${ARG_COVERS}
    ${group_toggles}
    DEPENDS ${ARG_FILE_LIST} ${ARG_SOURCES} ${ARG_COVERS} ${AUKLET_SIM_OBSERVE}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMAND_EXPAND_LISTS VERBATIM COMMENT "Verilating ${name}")
  add_custom_command(OUTPUT ${archive}
    COMMAND ${AUKLET_MAKE} -s ${AUKLET_SIM_MAKE_FLAGS} -C ${directory} -f V${name}.mk V${name}__ALL.a VM_PARALLEL_BUILDS=1
      CXX=${AUKLET_SIM_CXX} OBJCACHE=${CMAKE_CXX_COMPILER_LAUNCHER}
      "OPT_FAST=${AUKLET_SIM_CXX_FLAGS} ${AUKLET_SIM_OPTIMISE}"
      "OPT_SLOW=${AUKLET_SIM_CXX_FLAGS} ${AUKLET_SIM_OPTIMISE_SLOW}" "CFG_CXXFLAGS_NO_UNUSED=-w"
    DEPENDS ${makefile} ${AUKLET_SIM_PRELUDE} VERBATIM COMMENT "Compiling verilated ${name}")
  add_custom_target(${name}_verilated DEPENDS ${archive})

  add_library(${name} STATIC IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${archive}
    INTERFACE_INCLUDE_DIRECTORIES ${directory})
  file(MAKE_DIRECTORY ${directory})
  add_dependencies(${name} ${name}_verilated)
endfunction()
