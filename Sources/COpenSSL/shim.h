#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>

/// Sets libcrypto up; the first call counts, and it comes before any other.
///
/// It reads no `openssl.cnf`, so that no setting of the machine changes what can be hashed, and it clears nothing away at exit,
/// when other threads may still be hashing.
static inline bool robust_openssl_start(void) {
  return OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL) == 1;
}

/// A hash of no bytes yet; `NULL` if libcrypto has no SHA-256 or no memory for it.
static inline EVP_MD_CTX *robust_sha256_new(void) {
  EVP_MD_CTX *hash = EVP_MD_CTX_new();
  if (hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1) return hash;
  EVP_MD_CTX_free(hash);
  return NULL;
}

/// Appends `count` bytes.
static inline bool robust_sha256_add(EVP_MD_CTX *hash, const void *bytes, size_t count) {
  return EVP_DigestUpdate(hash, bytes, count) == 1;
}

/// Writes the 32 bytes of the hash, after which nothing can be appended.
static inline bool robust_sha256_finish(EVP_MD_CTX *hash, unsigned char *digest) {
  return EVP_DigestFinal_ex(hash, digest, NULL) == 1;
}

/// Frees a hash, finished or not.
static inline void robust_sha256_free(EVP_MD_CTX *hash) {
  EVP_MD_CTX_free(hash);
}
