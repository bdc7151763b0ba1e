#pragma once
/// Owners of LMDB's handles, and the one way this project opens a finished file.
#include <lmdb.h>

#include <memory>
#include <string>

namespace torii::image {

template <auto Free>
struct FreeWith {
  void operator()(auto* handle) const noexcept { Free(handle); }
};
using Env = std::unique_ptr<MDB_env, FreeWith<mdb_env_close>>;
using Txn = std::unique_ptr<MDB_txn, FreeWith<mdb_txn_abort>>;  // its spans die with it
using Cursor = std::unique_ptr<MDB_cursor, FreeWith<mdb_cursor_close>>;

/// Throws nothing; a null handle and `error` (LMDB's return code) say what went wrong.
struct OpenedFile {
  Env env;
  Txn txn;
  MDB_dbi dbi{};
  int error{};
};

/// Opens an immutable file for reading, without a lock file.
inline OpenedFile open_lmdb(const std::string& path) noexcept {
  OpenedFile file;
  MDB_env* env = nullptr;
  file.error = mdb_env_create(&env);
  if (file.error != 0) return file;
  file.env.reset(env);
  file.error = mdb_env_open(env, path.c_str(), MDB_RDONLY | MDB_NOLOCK | MDB_NOSUBDIR | MDB_NORDAHEAD, 0644);
  if (file.error != 0) return file;
  MDB_txn* txn = nullptr;
  file.error = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn);
  if (file.error != 0) return file;
  file.txn.reset(txn);
  file.error = mdb_dbi_open(txn, nullptr, 0, &file.dbi);
  return file;
}

}  // namespace torii::image
