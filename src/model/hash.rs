//! Hashes as they are written everywhere: SHA-256 in lower-case hexadecimal.

use sha2::{Digest, Sha256};

/// The hash of some bytes.
pub fn hash_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
