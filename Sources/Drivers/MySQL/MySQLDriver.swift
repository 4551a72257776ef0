import CMariaDB
import DriverAPI
import EventLoop
