# auklet_add_test(NAME SOURCES ... [LIBRARIES ...] [LABELS ...] [FILTER pattern] [PREFIX text] [TIMEOUT seconds]
#                 [ENVIRONMENT NAME=value ...])
# One GoogleTest executable, registered case by case. AUKLET_GOLDEN tells it where the reference vectors are, and
# AUKLET_SOURCE_DIR where the source tree is. FILTER: only the cases that GoogleTest's pattern names. PREFIX:
# of the cases' names, where several executables have the same ones.
find_package(GTest REQUIRED)
include(GoogleTest)

function(auklet_add_test name)
  cmake_parse_arguments(ARG "" "FILTER;PREFIX;TIMEOUT" "SOURCES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} auklet_warnings GTest::gmock GTest::gtest GTest::gtest_main)
  set(environment "AUKLET_SOURCE_DIR=${PROJECT_SOURCE_DIR}" ${ARG_ENVIRONMENT})
  if(EXISTS ${AUKLET_GOLDEN_DIR} AND NOT DEFINED ENV{AUKLET_GOLDEN})
    list(APPEND environment "AUKLET_GOLDEN=${AUKLET_GOLDEN_DIR}")
  endif()
  if(NOT ARG_FILTER)
    set(ARG_FILTER "*")
  endif()
  # PRE_TEST: a build of the executables alone runs none of them.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_FILTER ${ARG_FILTER}
    TEST_PREFIX "${ARG_PREFIX}"
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT "${environment}")
endfunction()

# auklet_add_campaign(TEST NAME FILTER pattern [ENVIRONMENT NAME=value ...])
# The cases of test TEST that match, run at length: label `campaign`, which the test preset of that name runs and the
# others leave out.
function(auklet_add_campaign test name)
  cmake_parse_arguments(ARG "" "FILTER" "ENVIRONMENT" ${ARGN})
  set(environment "AUKLET_SOURCE_DIR=${PROJECT_SOURCE_DIR}" ${ARG_ENVIRONMENT})
  if(EXISTS ${AUKLET_GOLDEN_DIR} AND NOT DEFINED ENV{AUKLET_GOLDEN})
    list(APPEND environment "AUKLET_GOLDEN=${AUKLET_GOLDEN_DIR}")
  endif()
  add_test(NAME campaign.${test}.${name} COMMAND ${test} --gtest_filter=${ARG_FILTER})
  set_tests_properties(campaign.${test}.${name} PROPERTIES
    LABELS campaign TIMEOUT 7200 ENVIRONMENT "${environment}")
endfunction()
