import CPostgres
import DriverAPI
import EventLoop
