# auklet_add_fuzz_target(NAME SOURCES ... LIBRARIES ... [OPTIONS libFuzzer options ...])
# The executable fuzz_NAME, in target fuzz_targets; and test fuzz.NAME: the saved corpus, then new inputs for a while.
add_custom_target(fuzz_targets)

function(auklet_add_fuzz_target name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;OPTIONS" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_LIBRARIES} auklet_warnings)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz_targets fuzz_${name})
  add_test(NAME fuzz.${name}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/run_target.sh $<TARGET_FILE:fuzz_${name}>
            ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name} ${CMAKE_CURRENT_BINARY_DIR}/${name} ${ARG_OPTIONS})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 7200)
endfunction()

auklet_add_fuzz_target(stream SOURCES fuzz_stream.cpp LIBRARIES auklet_fuzz_streams OPTIONS -max_len=4096)
auklet_add_fuzz_target(model SOURCES fuzz_model.cpp LIBRARIES auklet_fuzz_models
  OPTIONS -max_len=65536 -seed_inputs=${PROJECT_SOURCE_DIR}/models/keyword/keyword.tflite)
auklet_add_fuzz_target(runtime SOURCES fuzz_runtime.cpp LIBRARIES auklet_fuzz_streams OPTIONS -max_len=260 -len_control=0)

# Writes the files seed_* of corpus/model: not a part of any test.
add_executable(fuzz_seeds write_seeds.cpp)
target_link_libraries(fuzz_seeds
  PRIVATE auklet_random_models auklet_compiler_test_support auklet_tflite_schema auklet_warnings)
add_dependencies(fuzz_targets fuzz_seeds)
