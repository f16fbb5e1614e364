# Compiles through ccache where it exists and the caller has not chosen a launcher.
find_program(AUKLET_CCACHE ccache)
if(AUKLET_CALL_GRAPHS)
  add_compile_options(-fcallgraph-info=su)  # ccache does not keep what this writes.
elseif(AUKLET_CCACHE)
  foreach(language IN ITEMS C CXX)
    if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER ${AUKLET_CCACHE})
    endif()
  endforeach()
endif()
