# Run at every build: writes OUTPUT with the commit of SOURCE_DIR, only where it changed.
execute_process(COMMAND git -C ${SOURCE_DIR} describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT}
  CONTENT "#include \"version.h\"\nnamespace mayfly::cli {\nconst char* const kGitCommit = \"${commit}\";\n}\n")
