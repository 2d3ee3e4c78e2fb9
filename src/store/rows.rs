//! Accepted rows as Parquet: one part for each collection and ingest, immutable, named by its content.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use polars::prelude::{DataFrame, ParquetCompression, ParquetReader, ParquetWriter, SerReader};

use super::{Store, StoreError, atomic, hash_of};

impl Store {
    /// Writes a part and gives its name, by which the ledger remembers it.
    pub fn write_part(&self, collection: &str, frame: &mut DataFrame) -> Result<String, StoreError> {
        let bytes = parquet(frame)?;
        let name = format!("{collection}-{}.parquet", &hash_of(&bytes)[..16]);
        if !self.parts(&name).any(|path| path.is_file()) {
            atomic::write(&self.root.join("rows").join(&name), &bytes)?;
        }
        Ok(name)
    }

    /// Where a part may lie.
    fn parts(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        let roots = std::iter::once(&self.root).chain(&self.base);
        roots.map(|root| root.join("rows").join(name)).collect::<Vec<_>>().into_iter()
    }

    /// Reads a part whole, checked against its name.
    pub fn read_part(&self, name: &str) -> Result<DataFrame, StoreError> {
        let own = self.root.join("rows").join(name);
        let path = self.parts(name).find(|path| path.is_file()).unwrap_or(own);
        let bytes = fs::read(&path).map_err(StoreError::reading(&path))?;
        let fits =
            name.rsplit_once('-').is_some_and(|(_, rest)| rest.trim_end_matches(".parquet") == &hash_of(&bytes)[..16]);
        if !fits {
            return Err(StoreError::Damaged(format!("{name} is not what was written")));
        }
        ParquetReader::new(Cursor::new(bytes))
            .finish()
            .map_err(|error| StoreError::Damaged(format!("{name} cannot be read: {error}")))
    }
}

/// A table as Parquet. The same table gives the same bytes.
pub fn parquet(frame: &mut DataFrame) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Lz4Raw)
        .finish(frame)
        .map_err(|error| StoreError::Damaged(format!("rows cannot be written: {error}")))?;
    Ok(bytes)
}
