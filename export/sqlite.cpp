#include "export/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <memory>

#include "core/error.h"

namespace mayfly {
namespace {

using Database = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

void check(int status, sqlite3* database, const char* what) {
  if (status == SQLITE_OK || status == SQLITE_DONE) return;
  throw DataError(fmt::format("SQLite: {}: {}", what, sqlite3_errmsg(database)));
}

Database open_in_memory() {
  sqlite3* raw = nullptr;
  const int status = sqlite3_open(":memory:", &raw);
  Database database(raw, &sqlite3_close);
  check(status, raw, "open");
  return database;
}

void execute(sqlite3* database, const std::string& sql) {
  check(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), database, sql.c_str());
}

const char* type_name(const Column& column) {
  if (column.is_text()) return "TEXT";
  return column.is_real() ? "REAL" : "INTEGER";
}

std::string create_text(const Relation& relation) {
  std::string columns;
  for (const Column& column : relation.columns) {
    const auto& key = relation.primary_key;
    const bool in_key = std::find(key.begin(), key.end(), column.name()) != key.end();
    columns += fmt::format("\"{}\" {}{},\n  ", column.name(), type_name(column), in_key ? " NOT NULL" : "");
  }
  return fmt::format("CREATE TABLE \"{}\" (\n  {}PRIMARY KEY (\"{}\")\n) WITHOUT ROWID", relation.name,
                     columns, fmt::join(relation.primary_key, "\", \""));
}

std::string insert_text(const Relation& relation) {
  const std::vector<std::string> places(relation.columns.size(), "?");
  return fmt::format("INSERT INTO \"{}\" VALUES ({})", relation.name, fmt::join(places, ", "));
}

int bind(sqlite3_stmt* statement, int place, const Column& column, std::size_t row) {
  if (column.is_missing(row)) return sqlite3_bind_null(statement, place);
  if (column.is_real()) return sqlite3_bind_double(statement, place, column.real(row));
  if (!column.is_text()) return sqlite3_bind_int64(statement, place, column.integer(row));
  const std::string& text = column.text(row);
  return sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

Statement prepare(sqlite3* database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  check(sqlite3_prepare_v2(database, sql.c_str(), -1, &raw, nullptr), database, sql.c_str());
  return {raw, &sqlite3_finalize};
}

void insert_rows(sqlite3* database, const Relation& relation) {
  const Statement insert = prepare(database, insert_text(relation));
  for (std::size_t row = 0; row < relation.rows(); ++row) {
    for (std::size_t i = 0; i < relation.columns.size(); ++i)
      check(bind(insert.get(), static_cast<int>(i) + 1, relation.columns[i], row), database, "bind");
    check(sqlite3_step(insert.get()), database, "insert");
    check(sqlite3_reset(insert.get()), database, "insert");
  }
}

}  // namespace

std::string sqlite_bytes(const std::vector<const Relation*>& relations) {
  const Database database = open_in_memory();
  execute(database.get(), "BEGIN");
  for (const Relation* relation : relations) {
    execute(database.get(), create_text(*relation));
    insert_rows(database.get(), *relation);
  }
  execute(database.get(), "COMMIT");
  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> bytes(
      sqlite3_serialize(database.get(), "main", &size, 0), &sqlite3_free);
  if (!bytes) throw DataError("SQLite: serialize: out of memory");
  return {reinterpret_cast<const char*>(bytes.get()), static_cast<std::size_t>(size)};
}

}  // namespace mayfly
