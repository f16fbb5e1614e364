# Interface targets that every own target links PRIVATE.

# auklet_warnings: the warnings of own code, and the sanitizers asked for. Not for generated (verilated, flatc) code.
add_library(auklet_warnings INTERFACE)
target_compile_options(auklet_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>
  $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  $<$<BOOL:${AUKLET_WERROR}>:-Werror>)
# At -O3 g++ 12 takes the inlined '+' of std::string for an overlapping copy of 2^63 bytes (its bug 105651).
target_compile_options(auklet_warnings INTERFACE
  $<$<AND:$<COMPILE_LANG_AND_ID:CXX,GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)
if(AUKLET_SANITIZE)
  # What sanitizers add hides from g++ that std::regex initialises its states (its bug 105562).
  target_compile_options(auklet_warnings INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
  # ThreadSanitizer does not follow fences. No test's order rests on the port's default barrier.
  target_compile_options(auklet_warnings INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-tsan>)
  # Global, so that libraries of generated code are checked as well; verilated code may opt out for speed.
  add_compile_options(-fsanitize=${AUKLET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AUKLET_SANITIZE})
endif()
if(AUKLET_FUZZ)
  # Global: the coverage of every library guides the fuzzers, but for what unguided.txt names.
  add_compile_options(-fsanitize=fuzzer-no-link
    -fsanitize-coverage-ignorelist=${PROJECT_SOURCE_DIR}/tests/fuzz/unguided.txt)
endif()

# auklet_freestanding: for kernels/ and driver/ (runtime included). They must build for bare metal, so what would need a
# C++ run-time library is switched off on the host too. Not -ffreestanding itself: it would take the compiler's
# knowledge of memcpy away, and host tests link these objects with ordinary code.
add_library(auklet_freestanding INTERFACE)
target_compile_options(auklet_freestanding INTERFACE
  -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-asynchronous-unwind-tables)

# auklet_library(NAME [FREESTANDING] SOURCES ... [INCLUDE dir] [PUBLIC targets] [PRIVATE targets])
# A static library with the project's flags; INCLUDE (default: include) is relative to the caller's folder.
function(auklet_library name)
  cmake_parse_arguments(ARG "FREESTANDING" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(NOT ARG_INCLUDE)
    set(ARG_INCLUDE include)
  endif()
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/${ARG_INCLUDE}>)
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:auklet_warnings>)
  if(ARG_FREESTANDING)
    target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:auklet_freestanding>)
  endif()
endfunction()
