# `cmake --install` and `cpack`: what a Debian system gets. Everything that is generated is printed by the binary
# itself, at install time.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # installing never builds
include(GNUInstallDirs)

install(TARGETS newsfold RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
set(_made ${CMAKE_BINARY_DIR}/installed)
install(CODE "
  file(MAKE_DIRECTORY ${_made})
  function(made name)
    execute_process(COMMAND $<TARGET_FILE:newsfold> \${ARGN} OUTPUT_FILE ${_made}/\${name} COMMAND_ERROR_IS_FATAL ANY)
  endfunction()
  made(newsfold.1 man newsfold.1)
  made(newsfold.toml.5 man newsfold.toml.5)
  made(newsfold.bash completion bash)
  made(_newsfold completion zsh)
  made(newsfold.fish completion fish)
  # gzip without a name and a time: the same bytes every day.
  execute_process(COMMAND gzip -9nkf newsfold.1 newsfold.toml.5 WORKING_DIRECTORY ${_made} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md OUTPUT_FILE ${_made}/CHANGELOG.md.gz
                  COMMAND_ERROR_IS_FATAL ANY)
  # What Debian's tools read: this version alone.
  file(READ ${CMAKE_BINARY_DIR}/version/version.txt version)
  string(TIMESTAMP time \"%a, %d %b %Y %H:%M:%S +0000\" UTC)  # of SOURCE_DATE_EPOCH, which cpack sets
  file(WRITE ${_made}/changelog \"newsfold (\${version}) unstable; urgency=medium\n\n  * What changed is told in CHANGELOG.md.gz.\n\n -- Newsfold maintainers <maintainers@newsfold.invalid>  \${time}\n\")
  execute_process(COMMAND gzip -9nkf changelog WORKING_DIRECTORY ${_made} COMMAND_ERROR_IS_FATAL ANY)
")
install(FILES ${_made}/newsfold.1.gz DESTINATION share/man/man1)
install(FILES ${_made}/newsfold.toml.5.gz DESTINATION share/man/man5)
install(FILES ${_made}/newsfold.bash DESTINATION share/bash-completion/completions RENAME newsfold)
install(FILES ${_made}/_newsfold DESTINATION share/zsh/vendor-completions)
install(FILES ${_made}/newsfold.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${_made}/changelog.gz ${_made}/CHANGELOG.md.gz packaging/copyright DESTINATION share/doc/newsfold)
install(FILES docs/grafana.json docs/alerts.yml DESTINATION share/newsfold)
install(FILES systemd/newsfold.service systemd/newsfold.socket DESTINATION /lib/systemd/system)
install(FILES systemd/newsfold.sysusers DESTINATION lib/sysusers.d RENAME newsfold.conf)
install(FILES systemd/newsfold.tmpfiles DESTINATION lib/tmpfiles.d RENAME newsfold.conf)
install(FILES packaging/config.toml DESTINATION /etc/newsfold)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME newsfold)
set(CPACK_PACKAGE_CONTACT "Newsfold maintainers <maintainers@newsfold.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns many noisy news sources into one clean stream")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Newsfold polls RSS, Atom, JSON Feed, sitemap and HTML sources, takes
advertisements, walls and damage out of the articles, folds copies of one
story together, keeps every version, and announces each change in order and
durably to whoever subscribes.")
set(CPACK_DEBIAN_PACKAGE_SECTION news)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${PROJECT_SOURCE_DIR}/packaging/conffiles;${PROJECT_SOURCE_DIR}/packaging/postinst;${PROJECT_SOURCE_DIR}/packaging/prerm;${PROJECT_SOURCE_DIR}/packaging/postrm")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_STRIP_FILES ON)
# Read when cpack runs: the version as built, and one time for all files.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/PackageModes.cmake)
configure_file(cmake/PackageTime.cmake.in ${CMAKE_BINARY_DIR}/PackageTime.cmake @ONLY)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/PackageTime.cmake)
include(CPack)
