// The bytes of the formats, where their definitions fix them.
#include <gmock/gmock.h>

#include <limits>

#include "core/error.h"
#include "export/csv.h"
#include "export/export.h"
#include "export/npy.h"
#include "export/npz.h"
#include "export/sqlite.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::StartsWith;

Relation small_relation() {
  Relation relation{.name = "small",
                    .columns = {{"flag", ColumnType::boolean},
                                {"count", ColumnType::integer},
                                {"loss", ColumnType::real},
                                {"rate", ColumnType::rate},
                                {"name", ColumnType::text}},
                    .primary_key = {"name"}};
  relation.columns[0].add(true);
  relation.columns[1].add(std::int64_t{-3});
  relation.columns[2].add(1e-05);
  relation.columns[3].add(0.0);
  relation.columns[4].add(std::string("a, \"b\""));
  for (int i = 0; i < 4; ++i) relation.columns[static_cast<std::size_t>(i)].add_missing();
  relation.columns[4].add(std::string("\xC3\xA9"));  // e with acute accent: one code point
  return relation;
}

TEST(Csv, SpellsNumbersAsTablesDo) {
  EXPECT_EQ(csv_text(small_relation()),
            "flag,count,loss,rate,name\n"
            "True,-3,1e-05,0,\"a, \"\"b\"\"\"\n"
            ",,,,\xC3\xA9\n");
}

TEST(Npy, HasAHeaderOf64Bytes) {
  const Relation relation = small_relation();
  const std::string bytes = npy_bytes(relation.columns[1]);
  EXPECT_THAT(bytes, StartsWith(std::string("\x93NUMPY\x01\0", 8)));
  EXPECT_EQ((bytes.size() - 2 * 8) % 64, 0u);
  EXPECT_NE(bytes.find("{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"), std::string::npos);
  EXPECT_THAT(bytes, EndsWith(std::string("\xFD\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8) + std::string(8, '\xFF')));
}

TEST(Npy, TextsAreCodePoints) {
  const std::string bytes = npy_bytes(small_relation().columns[4]);
  EXPECT_NE(bytes.find("'<U6'"), std::string::npos);
  EXPECT_THAT(bytes, EndsWith(std::string("\xE9\0\0\0", 4) + std::string(5 * 4, '\0')));
}

TEST(Npy, OtherBytesThanUtf8AreRefused) {
  for (const char* text : {"\xFF", "\xC3", "\xC3(", "\x80"}) {
    Column column("name", ColumnType::text);
    column.add(std::string(text));
    EXPECT_THROW(npy_bytes(column), UsageError) << text;
  }
}

TEST(Npz, EqualRelationsGiveEqualBytes) {
  const std::string bytes = npz_bytes(small_relation());
  EXPECT_EQ(bytes, npz_bytes(small_relation()));
  EXPECT_THAT(bytes, StartsWith("PK\x03\x04"));
}

TEST(Sqlite, IsADatabaseAndEqualRelationsGiveEqualBytes) {
  const Relation relation = small_relation();
  const std::string bytes = sqlite_bytes({&relation});
  EXPECT_THAT(bytes, StartsWith("SQLite format 3"));
  EXPECT_EQ(bytes, sqlite_bytes({&relation}));
}

TEST(Sqlite, TwoRowsOfOneKeyAreRefused) {
  Relation relation{.name = "small", .columns = {{"name", ColumnType::text}}, .primary_key = {"name"}};
  relation.columns[0].add(std::string("a"));
  relation.columns[0].add(std::string("a"));
  EXPECT_THROW(sqlite_bytes({&relation}), DataError);
}

TEST(Formats, AreNamed) {
  EXPECT_THAT(parse_export_formats("npz,csv,npz"), ElementsAre(ExportFormat::npz, ExportFormat::csv));
  EXPECT_THROW(parse_export_formats("parquet"), UsageError);
  EXPECT_THROW(parse_export_formats(""), UsageError);
}

TEST(AColumn, TakesValuesOfItsTypeAlone) {
  Column column("count", ColumnType::integer);
  EXPECT_THROW(column.add(1.5), std::logic_error);
  EXPECT_THROW(column.add(true), std::logic_error);
  EXPECT_EQ(column.size(), 0u);
}

}  // namespace
}  // namespace mayfly
