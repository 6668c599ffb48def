// An actor may have const parameters, and its signatures `Self` and `Self::CONST`.
use actor_runtime::{actor, spawn};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ring<const N: usize> {
    bytes: [u8; N],
}

#[actor]
impl<const N: usize> Ring<N> {
    const HEAD: usize = 2;

    pub fn store(&mut self, bytes: [u8; N]) {
        self.bytes = bytes;
    }

    pub fn copied(&self) -> Self {
        *self
    }

    pub fn merge(&mut self, other: Self, _more: Vec<Self>) -> Result<Self, String> {
        Ok(other)
    }
}

struct Fixed;

#[actor]
impl Fixed {
    pub const SIZE: usize = 4;

    pub fn head(&self, bytes: [u8; Self::SIZE]) -> [u8; Self::SIZE / 2] {
        [bytes[0], bytes[1]]
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let ring = spawn(Ring { bytes: [0; 3] });
    ring.store([1, 2, 3]).await.unwrap();
    let copy = ring.copied().await.unwrap();
    assert_eq!(copy, Ring { bytes: [1, 2, 3] });
    assert_eq!(ring.merge(copy, vec![]).await.unwrap().unwrap(), copy);
    assert_eq!(Ring::<3>::HEAD, 2);
    assert_eq!(spawn(Fixed).head([1, 2, 3, 4]).await.unwrap(), [1, 2]);
}
