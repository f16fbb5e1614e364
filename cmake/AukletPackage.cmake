# What `cmake --install` gives: libraries, headers, and find_package(auklet) with a target auklet::NAME for each that
# auklet_install() names. In the build the same names are aliases, so that a project may use either.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# auklet_install(TARGET NAME [INCLUDE dir...])
# INCLUDE: folders whose contents become headers.
function(auklet_install target name)
  cmake_parse_arguments(ARG "" "" "INCLUDE" ${ARGN})
  add_library(auklet::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS ${target} EXPORT auklet ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  target_include_directories(${target} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(folder IN LISTS ARG_INCLUDE)
    install(DIRECTORY ${folder}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
      FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp" PATTERN "*.def")
  endforeach()
  set_property(GLOBAL APPEND PROPERTY AUKLET_PACKAGE_TARGETS ${name})
endfunction()

# auklet_install_archive(NAME FILE): an archive that another build system made, as auklet::NAME.
function(auklet_install_archive name file)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME libauklet_${name}.a)
  set_property(GLOBAL APPEND PROPERTY AUKLET_PACKAGE_ARCHIVES ${name})
endfunction()

# To be called once, after all targets.
function(auklet_install_package)
  get_property(AUKLET_PACKAGE_TARGETS GLOBAL PROPERTY AUKLET_PACKAGE_TARGETS)
  get_property(AUKLET_PACKAGE_ARCHIVES GLOBAL PROPERTY AUKLET_PACKAGE_ARCHIVES)
  set(destination ${CMAKE_INSTALL_LIBDIR}/cmake/auklet)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/auklet-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/auklet-config.cmake INSTALL_DESTINATION ${destination}
    PATH_VARS CMAKE_INSTALL_LIBDIR)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/auklet-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(EXPORT auklet NAMESPACE auklet:: DESTINATION ${destination} FILE auklet-targets.cmake)
  install(FILES ${PROJECT_BINARY_DIR}/package/auklet-config.cmake
                ${PROJECT_BINARY_DIR}/package/auklet-config-version.cmake DESTINATION ${destination})
endfunction()
