#include "symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <vector>

namespace mayfly::softgpu {
namespace {

using Names = std::map<std::uintptr_t, std::string>;

std::vector<char> program() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Where the program was loaded: the first object that the loader lists is it.
std::uintptr_t load_address() {
  std::uintptr_t address = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* result) {
        *static_cast<std::uintptr_t*>(result) = info->dlpi_addr;
        return 1;
      },
      &address);
  return address;
}

void read_symbols(const std::vector<char>& elf, const ElfW(Shdr) & table, const ElfW(Shdr) & strings,
                  Names& names) {
  const std::uintptr_t base = load_address();
  for (std::size_t at = 0; at + sizeof(ElfW(Sym)) <= table.sh_size; at += sizeof(ElfW(Sym))) {
    ElfW(Sym) symbol;
    std::memcpy(&symbol, elf.data() + table.sh_offset + at, sizeof(symbol));
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_value != 0)
      names.emplace(base + symbol.st_value, elf.data() + strings.sh_offset + symbol.st_name);
  }
}

Names read_names() {
  Names names;
  const std::vector<char> elf = program();
  if (elf.size() < sizeof(ElfW(Ehdr))) return names;
  ElfW(Ehdr) header;
  std::memcpy(&header, elf.data(), sizeof(header));
  std::vector<ElfW(Shdr)> sections(header.e_shnum);
  std::memcpy(sections.data(), elf.data() + header.e_shoff, sections.size() * sizeof(ElfW(Shdr)));
  for (const ElfW(Shdr) & section : sections)
    if (section.sh_type == SHT_SYMTAB) read_symbols(elf, section, sections[section.sh_link], names);
  return names;
}

std::string demangled(const std::string& name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  const std::string result = status == 0 ? text : name;
  std::free(text);
  return result;
}

}  // namespace

std::string symbol_name(const void* function) {
  static const Names names = read_names();
  const auto found = names.find(reinterpret_cast<std::uintptr_t>(function));
  return found == names.end() ? fmt::format("at {}", function) : demangled(found->second);
}

}  // namespace mayfly::softgpu
