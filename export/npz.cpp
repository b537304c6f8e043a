#include "export/npz.h"

#include "export/npy.h"
#include "export/stored_zip.h"

namespace mayfly {

std::string npz_bytes(const Relation& relation) {
  StoredZip zip;
  for (const Column& column : relation.columns) zip.add(column.name() + ".npy", npy_bytes(column));
  return zip.take();
}

}  // namespace mayfly
