//! Binary workbooks are lists of records: a kind, a length, data. Read and written here, so that a change of one
//! record leaves the next where its reader looks for it.

/// How kind and length are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Two bytes each: .xls.
    Biff8,
    /// Seven bits a byte: .xlsb.
    Biff12,
}

pub type Record = (u32, Vec<u8>);

/// The records of a stream; what does not read as a record any more is left out.
pub fn read(mut bytes: &[u8], coding: Coding) -> Vec<Record> {
    let mut records = Vec::new();
    while let Some((kind, length)) = head(&mut bytes, coding) {
        let Some((data, rest)) = bytes.split_at_checked(length) else { break };
        records.push((kind, data.to_vec()));
        bytes = rest;
    }
    records
}

fn head(bytes: &mut &[u8], coding: Coding) -> Option<(u32, usize)> {
    match coding {
        Coding::Biff8 => {
            let (head, rest) = bytes.split_at_checked(4)?;
            *bytes = rest;
            let word = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
            Some((u32::from(word(0)), usize::from(word(2))))
        }
        Coding::Biff12 => Some((varying(bytes, 2)?, varying(bytes, 4)? as usize)),
    }
}

fn varying(bytes: &mut &[u8], most: u32) -> Option<u32> {
    let mut number = 0;
    for i in 0..most {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7F) << (7 * i);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

pub fn write(records: &[Record], coding: Coding) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (kind, data) in records {
        match coding {
            Coding::Biff8 => {
                let data = &data[..data.len().min(0x2020)];
                bytes.extend((*kind as u16).to_le_bytes());
                bytes.extend((data.len() as u16).to_le_bytes());
                bytes.extend(data);
            }
            Coding::Biff12 => {
                write_varying(&mut bytes, *kind, 2);
                write_varying(&mut bytes, data.len() as u32, 4);
                bytes.extend(data);
            }
        }
    }
    bytes
}

fn write_varying(bytes: &mut Vec<u8>, mut number: u32, most: u32) {
    for i in 0..most {
        let byte = (number & 0x7F) as u8;
        number >>= 7;
        let more = number > 0 && i + 1 < most;
        bytes.push(byte | if more { 0x80 } else { 0 });
        if !more {
            break;
        }
    }
}

/// Sets each BOUNDSHEET of an .xls to where its sheet begins: the n-th to the n-th BOF outside any other.
pub fn mend_offsets(records: &mut [Record]) {
    let (mut at, mut depth, mut first) = (0_u32, 0_u32, true);
    let mut sheets = Vec::new();
    for (kind, data) in records.iter() {
        match kind {
            0x0809 => {
                if depth == 0 && !std::mem::take(&mut first) {
                    sheets.push(at);
                }
                depth += 1;
            }
            0x000A => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 4 + data.len() as u32;
    }
    let bounds = records.iter_mut().filter(|(kind, data)| *kind == 0x0085 && data.len() >= 4);
    for ((_, data), offset) in bounds.zip(sheets) {
        data[..4].copy_from_slice(&offset.to_le_bytes());
    }
}
